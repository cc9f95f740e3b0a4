using System.Runtime.ExceptionServices;
using DomainEvents.Diagnostics;

namespace DomainEvents.Transactions;

/// <content>How a transaction ends. Whatever opened it, manual, ADO.NET or ambient, goes through here.</content>
public sealed partial class EventTransaction
{
    private EventDispatcher _dispatcher;
    private readonly EventBuffer _buffer;
    private readonly EventTransaction? _outer;
    private readonly EnlistedTransaction? _enlisted;
    private EventTransaction? _inner;
    private bool _committing;
    private int _handlingBeforeCommit;

    internal EventTransaction(EventDispatcher dispatcher, EventTransaction? outer, EnlistedTransaction? enlisted = null)
    {
        (_dispatcher, _outer, _enlisted) = (dispatcher, outer, enlisted);
        _buffer = outer?._buffer ?? new EventBuffer();
        if (outer is not null)
        {
            _buffer.Mark(); // what the sources have raised so far is the outer one's
            outer._inner = this;
        }
    }

    internal EventDispatcher Dispatcher => _dispatcher;

    /// <summary>Whether it stands for an ambient transaction, which decides about its end and says so afterwards.</summary>
    internal bool IsAmbient { get; init; }

    /// <summary>Whether its database transaction was completed without this library.</summary>
    internal bool HasLostItsTransaction => _enlisted is { IsCompleted: true };

    /// <summary>Whether that is so of the database transaction that this, or the nearest around it, has. The state of those further out is theirs.</summary>
    internal bool IsBehindLost => _enlisted is null ? _outer is { IsBehindLost: true } : HasLostItsTransaction && !_committing;

    // Savepoints of a nested transaction are savepoints of the database transaction around it.
    private EnlistedTransaction? RealTransaction => _enlisted ?? _outer?.RealTransaction;

    /// <summary>Whether this is a transaction, or one somewhere inside it.</summary>
    internal bool IsWithin(EventTransaction transaction) =>
        this == transaction || (_outer is not null && _outer.IsWithin(transaction));

    /// <summary>Runs before-commit handlers until no event is left that they have not seen.</summary>
    /// <param name="sealWhenDone">Whether it takes no more events from then on.</param>
    /// <param name="synchronous">Whether the committer cannot wait for handlers that do not complete at once.</param>
    /// <param name="cancellationToken">Handed to the handlers.</param>
    /// <param name="collect">Called after each round of handlers, to enqueue what they have raised.</param>
    internal async ValueTask RunBeforeCommitAsync(
        bool sealWhenDone, bool synchronous, CancellationToken cancellationToken, Action? collect = null)
    {
        do
        {
            if (Interlocked.Exchange(ref _handlingBeforeCommit, 1) != 0)
            {
                return; // published by such a handler, or beside it: the next round takes it
            }

            try
            {
                for (var round = 1; _buffer.TakeFresh(this, sealWhenDone) is { Count: > 0 } events; round++)
                {
                    ThrowIfTooManyRounds(round, events[0]);
                    foreach (var domainEvent in events)
                    {
                        await _dispatcher.BeforeCommit.HandleAsync(domainEvent, synchronous, cancellationToken).ConfigureAwait(false);
                    }

                    if (collect is not null && events.Exists(_dispatcher.BeforeCommit.Any))
                    {
                        collect();
                    }
                }
            }
            finally
            {
                Volatile.Write(ref _handlingBeforeCommit, 0);
            }
        }
        while (_buffer.HasFresh(this)); // published by another thread behind the last round
    }

    private async ValueTask<PublishResult> CommitAsync(bool synchronous, CancellationToken cancellationToken)
    {
        ThrowIfNotInnermost("commit");
        cancellationToken.ThrowIfCancellationRequested();
        if (HasLostItsTransaction)
        {
            Log.Contained(() => TransactionLog.CompletedElsewhere(_dispatcher.Logger));
            await EndAsync(EventTransactionState.InDoubt, synchronous).ConfigureAwait(false);
            throw new InvalidOperationException(
                "The enlisted database transaction was committed or rolled back directly, so the fate of its events is unknown: " +
                "none was published, but those that were stored in the outbox by then, if it was committed. Complete it through the EventTransaction that Enlist returned.");
        }

        _committing = true;
        try
        {
            if (_enlisted is not null || _outer is null or { IsAmbient: true })
            {
                await RunBeforeCommitAsync(sealWhenDone: _outer is null, synchronous, cancellationToken).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                ThrowIfInnerIsOpen("commit");
            }
        }
        catch (Exception exception)
        {
            await RollbackAllAsync(synchronous).ConfigureAwait(false);
            if (_outer is { IsAmbient: true } && _enlisted is null)
            {
                _dispatcher.RollBackAmbient(exception); // a veto counts for all of it, as where it is published there directly
            }

            throw;
        }

        if (_enlisted is not null)
        {
            await CommitAsync(_enlisted, synchronous).ConfigureAwait(false);
        }
        else if (_outer is null)
        {
            await CommitToOutboxAsync(synchronous).ConfigureAwait(false);
        }

        return await EndAsync(EventTransactionState.Committed, synchronous).ConfigureAwait(false);
    }

    private async ValueTask CommitAsync(EnlistedTransaction enlisted, bool synchronous)
    {
        var isSent = false;
        try
        {
            await LookAtDatabaseAsync(enlisted, synchronous).ConfigureAwait(false);
            isSent = true;
            await enlisted.CommitAsync(synchronous).ConfigureAwait(false);
        }
        catch (Exception exception) when (isSent && enlisted.IsOutcomeUnknown(exception))
        {
            await EndInDoubtAsync(exception, synchronous).ConfigureAwait(false);
            throw;
        }
        catch
        {
            await RollbackAllAsync(synchronous).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>A statement before the COMMIT, which throws if an earlier one has failed: the one that stores the events, or one more.</summary>
    private async ValueTask LookAtDatabaseAsync(EnlistedTransaction enlisted, bool synchronous)
    {
        if (!await StoreAsync(synchronous).ConfigureAwait(false) && _buffer.Exists(IsOwedHere))
        {
            await enlisted.ThrowIfFailedAsync(synchronous).ConfigureAwait(false);
        }
    }

    private async ValueTask EndInDoubtAsync(Exception exception, bool synchronous)
    {
        Log.Contained(() => TransactionLog.CommitInDoubt(_dispatcher.Logger, exception));
        await EndAsync(EventTransactionState.InDoubt, synchronous).ConfigureAwait(false);
    }

    private async ValueTask RollbackAsync(bool synchronous, CancellationToken cancellationToken)
    {
        if (State == EventTransactionState.Committed || _committing && State == EventTransactionState.Active)
        {
            throw new InvalidOperationException(
                State == EventTransactionState.Committed
                    ? "The transaction is committed and cannot be rolled back any more."
                    : "The transaction is being committed. A before-commit handler rolls it back by throwing.");
        }

        if (State == EventTransactionState.Active)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await RollbackAllAsync(synchronous).ConfigureAwait(false) is { } failure)
            {
                ExceptionDispatchInfo.Throw(failure);
            }
        }
    }

    private async ValueTask DisposeAsync(bool synchronous)
    {
        if (State == EventTransactionState.Active && !_committing)
        {
            await RollbackAllAsync(synchronous).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Rolls back what is open inside, innermost first, then this; the work after it runs once all have ended. Returns
    /// what the database threw.
    /// </summary>
    private async ValueTask<Exception?> RollbackAllAsync(bool synchronous)
    {
        Exception? failure = null;
        EventTransaction[] open = [.. OpenInside(), this];
        foreach (var each in open)
        {
            if (each.HasLostItsTransaction && !each._committing)
            {
                await each.EndUnheardOfAsync(synchronous).ConfigureAwait(false);
            }
            else
            {
                var refusal = await each.RollbackDatabaseAsync(synchronous).ConfigureAwait(false); // also behind a failure
                failure ??= refusal;
                if (each != this)
                {
                    each.Leave(EventTransactionState.RolledBack);
                }
            }
        }

        if (State == EventTransactionState.Active)
        {
            await EndAsync(EventTransactionState.RolledBack, synchronous).ConfigureAwait(false);
        }

        return failure;
    }

    private async ValueTask<Exception?> RollbackDatabaseAsync(bool synchronous)
    {
        if (_enlisted is not { IsCompleted: false })
        {
            return null;
        }

        try
        {
            await _enlisted.RollbackAsync(synchronous).ConfigureAwait(false);
            return null;
        }
#pragma warning disable CA1031 // the transaction is over in any case; whoever asked for the rollback gets the exception
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.Contained(() => TransactionLog.RollbackFailed(_dispatcher.Logger, exception));
            return exception;
        }
    }

    /// <summary>The transactions that are open inside this one, innermost first.</summary>
    private List<EventTransaction> OpenInside()
    {
        List<EventTransaction> open = [];
        for (var inner = _inner; inner is not null; inner = inner._inner)
        {
            open.Insert(0, inner);
        }

        return open;
    }
}
