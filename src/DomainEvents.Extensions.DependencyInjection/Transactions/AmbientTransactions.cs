using System.Transactions;
using DomainEvents.Diagnostics;

namespace DomainEvents.Transactions;

/// <summary>
/// The ambient transactions that a dispatcher has met, each with the <see cref="EventTransaction"/> that stands for it.
/// </summary>
/// <remarks>
/// It never enlists: that would turn a local database transaction into a prepared one. It listens to
/// <see cref="Transaction.TransactionCompleted"/>, which another listener's throw can hide (the runtime does not contain
/// it), and therefore also looks at the status of a clone whenever the dispatcher is used.
/// </remarks>
internal sealed class AmbientTransactions(EventDispatcher dispatcher)
{
    private readonly Dictionary<Transaction, EventTransaction> _met = [];
    private readonly List<ThreadBoundTransaction> _threadBound = ThreadBoundTransaction.Find() is { } bound ? [bound] : [];

    /// <summary>Hides the ambient transaction from work that comes after it; null if there is none.</summary>
    public static TransactionScope? Suppress()
    {
        try
        {
            if (Transaction.Current is null)
            {
                return null;
            }
        }
        catch (InvalidOperationException)
        {
            // Of a scope that is complete but not disposed; it is hidden as well.
        }

        return new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled);
    }

    /// <summary>What stands for the ambient transaction; <see langword="null"/> if there is none.</summary>
    /// <param name="mustNotBeLost">Whether nothing else is open, so that losing it would publish too early.</param>
    public EventTransaction? Current(bool mustNotBeLost)
    {
        if (Transaction.Current is { } ambient)
        {
            return For(ambient);
        }

        if (mustNotBeLost)
        {
            ThrowIfLeftBehind();
        }

        return null;
    }

    /// <summary>What stands for a transaction of System.Transactions.</summary>
    public EventTransaction For(Transaction ambient)
    {
        lock (_met)
        {
            if (_met.TryGetValue(ambient, out var known))
            {
                return known;
            }
        }

        return Meet(ambient);
    }

    /// <summary>Runs before-commit handlers now, as there is no moment before the commit; a failure rolls back.</summary>
    public async ValueTask<PublishResult> RunBeforeCommitAsync(EventTransaction transaction, CancellationToken cancellationToken)
    {
        var ambient = Transaction.Current;
        try
        {
            await transaction.RunBeforeCommitAsync(sealWhenDone: false, synchronous: false, cancellationToken).ConfigureAwait(false);
            return default;
        }
        catch (Exception exception)
        {
            RollBack(ambient, exception);
            throw;
        }
    }

    /// <summary>Whatever listeners to its end throw: the cause matters more.</summary>
    public void RollBack(Transaction? ambient, Exception cause)
    {
        try
        {
            ambient?.Rollback(cause);
        }
#pragma warning disable CA1031 // not only the transaction throws, also listeners to its end; the cause matters more
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.Contained(() => TransactionLog.RollbackFailed(dispatcher.Logger, exception));
        }
    }

    /// <summary>Completes what has ended without our having been told.</summary>
    public void LookForCompleted()
    {
        if (_met.Count == 0)
        {
            return;
        }

        Transaction[] ended;
        lock (_met)
        {
            ended = [.. _met.Keys.Where(transaction => transaction.TransactionInformation.Status != TransactionStatus.Active)];
        }

        Array.ForEach(ended, Complete);
    }

    private EventTransaction Meet(Transaction ambient)
    {
        if (ambient.TransactionInformation.Status != TransactionStatus.Active)
        {
            throw new TransactionAbortedException(
                "The ambient transaction has already ended, so nothing can wait for its commit. Leave its TransactionScope first.");
        }

        var clone = ambient.Clone();
        var transaction = new EventTransaction(dispatcher, outer: null) { IsAmbient = true, Outbox = dispatcher.Outbox };
        lock (_met)
        {
            if (!_met.TryAdd(clone, transaction))
            {
                return _met[clone]; // another thread has just met it
            }

            if (ThreadBoundTransaction.Find() is { } bound)
            {
                _threadBound.RemoveAll(other => !other.IsOpen);
                _threadBound.Add(bound);
            }
        }

        // Raised at once if it has ended in the meantime. Not under the lock: the runtime holds its own while it raises it.
        clone.TransactionCompleted += (_, _) => Complete(clone);
        return transaction;
    }

    private void ThrowIfLeftBehind()
    {
        lock (_met)
        {
            _threadBound.ForEach(transaction => transaction.ThrowIfLeftBehind());
        }
    }

    private void Complete(Transaction clone)
    {
        // A throw would escape from the user's TransactionScope.Dispose.
        try
        {
            EventTransaction? transaction;
            lock (_met)
            {
                if (!_met.Remove(clone, out transaction))
                {
                    return;
                }
            }

            transaction.Complete(clone.TransactionInformation.Status switch
            {
                TransactionStatus.Committed => EventTransactionState.Committed,
                TransactionStatus.Aborted => EventTransactionState.RolledBack,
                _ => EventTransactionState.InDoubt,
            });
            clone.Dispose();
        }
#pragma warning disable CA1031 // see above
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.Contained(() => TransactionLog.AmbientCompletionFailed(dispatcher.Logger, exception));
        }
    }
}
