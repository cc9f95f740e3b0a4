using System.Data.Common;
using DomainEvents.EntityFrameworkCore.Transactions;
using DomainEvents.Transactions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace DomainEvents.EntityFrameworkCore.Capture;

/// <content>From the beginning of a transaction that the user opens to its end. Those that a save opens are part of it.</content>
internal sealed partial class ContextEvents
{
    private IDbContextTransactionManager? _transactions;
    private EventTransactionState? _outcome;
    private Exception? _cause;
    private Guid _transactionId;
    private bool _isOwner;

    /// <summary>
    /// Whether a transaction that we are told of is the one that Entity Framework Core has opened for the save. A save may
    /// be over already: nobody tells of the end of one that met a conflict.
    /// </summary>
    private bool IsOfSave => _save is { HasTransaction: true };

    // Context.Database would make services, once for each context, that a save does without.
    private IDbContextTransactionManager Transactions => _transactions ??= Context.GetService<IDbContextTransactionManager>();

    /// <summary>What stands for the transaction that the user has opened on the context.</summary>
    public EventTransaction? Transaction { get; private set; }

    DbTransaction IDbTransactionInterceptor.TransactionStarted(DbConnection connection, TransactionEndEventData eventData, DbTransaction result)
    {
        Begun(result, eventData.TransactionId, isOwned: true);
        return result;
    }

    ValueTask<DbTransaction> IDbTransactionInterceptor.TransactionStartedAsync(
        DbConnection connection, TransactionEndEventData eventData, DbTransaction result, CancellationToken cancellationToken)
    {
        Begun(result, eventData.TransactionId, isOwned: true);
        return new(result);
    }

    DbTransaction IDbTransactionInterceptor.TransactionUsed(DbConnection connection, TransactionEventData eventData, DbTransaction result)
    {
        Begun(result, eventData.TransactionId, isOwned: false);
        return result;
    }

    ValueTask<DbTransaction> IDbTransactionInterceptor.TransactionUsedAsync(
        DbConnection connection, TransactionEventData eventData, DbTransaction result, CancellationToken cancellationToken)
    {
        Begun(result, eventData.TransactionId, isOwned: false);
        return new(result);
    }

    InterceptionResult IDbTransactionInterceptor.TransactionCommitting(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result)
    {
        Finish(CommittingAsync(eventData.TransactionId, synchronous: true, CancellationToken.None));
        return result;
    }

    async ValueTask<InterceptionResult> IDbTransactionInterceptor.TransactionCommittingAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken)
    {
        await CommittingAsync(eventData.TransactionId, synchronous: false, cancellationToken).ConfigureAwait(false);
        return result;
    }

    void IDbTransactionInterceptor.TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) =>
        Finish(EndedAsync(eventData.TransactionId, EventTransactionState.Committed, synchronous: true));

    Task IDbTransactionInterceptor.TransactionCommittedAsync(
        DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken) =>
        EndedAsync(eventData.TransactionId, EventTransactionState.Committed, synchronous: false).AsTask();

    void IDbTransactionInterceptor.TransactionRolledBack(DbTransaction transaction, TransactionEndEventData eventData) =>
        Finish(EndedAsync(eventData.TransactionId, EventTransactionState.RolledBack, synchronous: true));

    Task IDbTransactionInterceptor.TransactionRolledBackAsync(
        DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken) =>
        EndedAsync(eventData.TransactionId, EventTransactionState.RolledBack, synchronous: false).AsTask();

    void IDbTransactionInterceptor.TransactionFailed(DbTransaction transaction, TransactionErrorEventData eventData) =>
        Finish(FailedAsync(eventData, synchronous: true));

    Task IDbTransactionInterceptor.TransactionFailedAsync(
        DbTransaction transaction, TransactionErrorEventData eventData, CancellationToken cancellationToken) =>
        FailedAsync(eventData, synchronous: false).AsTask();

    InterceptionResult IDbTransactionInterceptor.RollingBackToSavepoint(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result)
    {
        ThrowIfSavepointsAreNameless();
        return result;
    }

    ValueTask<InterceptionResult> IDbTransactionInterceptor.RollingBackToSavepointAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken)
    {
        ThrowIfSavepointsAreNameless();
        return new(result);
    }

    /// <summary>Runs what a transaction has left, once it is off the connection.</summary>
    public async ValueTask FinishAsync(Guid id, bool synchronous)
    {
        if (Of(id) is { } transaction && _outcome is { } outcome)
        {
            (Transaction, _outcome) = (null, null);
            await CompleteAsync(transaction, outcome, synchronous, _cause).ConfigureAwait(false);
        }
    }

    public void TellsDisposalOf(Guid id) => Of(id)?.MarkTelling();

    /// <summary>A transaction that Entity Framework Core began and that was not committed is rolled back when it is disposed.</summary>
    public async ValueTask DisposedAsync(Guid id, bool synchronous)
    {
        if (IsOfSave || Of(id) is not { IsLost: true } transaction)
        {
            return;
        }

        if (_isOwner)
        {
            Transaction = null;
            await CompleteAsync(transaction, EventTransactionState.RolledBack, synchronous).ConfigureAwait(false);
        }
        else
        {
            await LeaveAsync(synchronous).ConfigureAwait(false);
        }
    }

    /// <summary>The transaction that the context has begun and has still: it is over with the context, and only its disposal says how.</summary>
    private IDbContextTransaction? OwnTransaction() => _isOwner && Transaction is not null && Has(Transaction) ? Transactions.CurrentTransaction : null;

    // Not by the object, which an interceptor behind this one may have wrapped.
    public bool Has(EventTransaction transaction) =>
        Transaction == transaction && Transactions.CurrentTransaction?.TransactionId == _transactionId;

    /// <summary>What is around a save and commits later; <see langword="null"/> if the save commits by itself.</summary>
    private EventTransaction? Surrounding()
    {
        var surrounding = Transactions.CurrentTransaction is not null ? Transaction
            : ((Transactions as ITransactionEnlistmentManager)?.EnlistedTransaction ?? System.Transactions.Transaction.Current) is { } ambient ? Dispatcher.For(ambient)
            : null;
        return surrounding is not null && Dispatcher.Current is { } innermost && innermost.IsWithin(surrounding) ? innermost : surrounding;
    }

    private void Begun(DbTransaction transaction, Guid id, bool isOwned)
    {
        if (_save is { HasConflict: true } || !isOwned) // a save begins its transaction itself
        {
            DetectAgain();
            Finish(AbandonAsync(synchronous: true)); // whose end nobody told of
        }

        if (_save is { } save)
        {
            save.HasTransaction = true;
            return;
        }

        Transaction?.LetGo(this);
        Transaction = Dispatcher.EnlistApart(transaction, isOwned, _preparing, Outbox);
        Transaction.Hold(this);
        Transaction.Outbox ??= Outbox; // a context without one may have been first
        (_transactionId, _isOwner, _outcome) = (id, isOwned, null);
        _ = Transactions; // to be asked when the context is disposed of
    }

    /// <summary>The transaction, if it is this one and not another that the context has had, or has.</summary>
    private EventTransaction? Of(Guid id) => id == _transactionId ? Transaction : null;

    /// <summary>The context goes on without its transaction, which ends with the last who was in it: nobody would tell.</summary>
    private async ValueTask LeaveAsync(bool synchronous)
    {
        if (Transaction is { } transaction)
        {
            Transaction = null;
            transaction.LetGo(this);
            if (!transaction.IsHeld)
            {
                await transaction.EndUnheardOfAsync(synchronous).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// The last moment before the commit: for events that no save has seen, as they were published through the
    /// dispatcher. What their before-commit handlers change is saved as well.
    /// </summary>
    private ValueTask CommittingAsync(Guid id, bool synchronous, CancellationToken cancellationToken) =>
        !IsOfSave && Of(id) is { State: EventTransactionState.Active } transaction
            ? PrepareCommitAsync(transaction, synchronous, cancellationToken)
            : default;

    private async ValueTask PrepareCommitAsync(EventTransaction transaction, bool synchronous, CancellationToken cancellationToken)
    {
        var savesChanges = transaction.HasFresh && !Context.ChangeTracker.HasChanges(); // what the user left unsaved stays so
        await transaction.PrepareCommitAsync(synchronous, SaveAsync, cancellationToken).ConfigureAwait(false);

        async ValueTask SaveAsync()
        {
            if (savesChanges && Context.ChangeTracker.HasChanges())
            {
                _ = synchronous ? Context.SaveChanges() : await Context.SaveChangesAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask EndedAsync(Guid id, EventTransactionState outcome, bool synchronous)
    {
        if (_save is { HasTransaction: true } save)
        {
            save.HasCommitted |= outcome == EventTransactionState.Committed;
            return;
        }

        if (Of(id) is { } transaction)
        {
            _outcome = outcome;
            transaction.Hide(); // an interceptor that publishes now is behind it
            if (Context.Database.CurrentTransaction is not TellingTransaction)
            {
                await FinishAsync(id, synchronous).ConfigureAwait(false); // of a provider's own kind, which tells nothing later
            }
        }
    }

    private async ValueTask FailedAsync(TransactionErrorEventData eventData, bool synchronous)
    {
        var isCommit = eventData.Action.Equals("Commit", StringComparison.Ordinal);
        if (_save is { HasTransaction: true, HasCommitted: false } save)
        {
            save.HasUnknownCommit = isCommit && EnlistedTransaction.IsOutcomeUnknown(eventData.Exception, Context.Database.GetDbConnection());
        }
        else if (Of(eventData.TransactionId) is { IsLost: true } transaction && _outcome is null)
        {
            _cause = eventData.Exception;
            await EndedAsync(
                eventData.TransactionId,
                isCommit && transaction.IsOutcomeUnknown(eventData.Exception) ? EventTransactionState.InDoubt : EventTransactionState.RolledBack,
                synchronous).ConfigureAwait(false);
        }
        else if (Of(eventData.TransactionId) is { } refused && _outcome is null && isCommit)
        {
            refused.Reopen(); // refused before it reached the database, or by one that lets it be tried again
        }
    }

    private void ThrowIfSavepointsAreNameless()
    {
        if (!IsOfSave && Transaction is not null && Context.Database.CurrentTransaction is not TellingTransaction)
        {
            throw new NotSupportedException(
                "This provider has transactions of its own kind, which do not tell which savepoint they are rolled back to. Use " +
                "IEventDispatcher.Current with its CreateSavepoint and RollbackToSavepoint instead.");
        }
    }
}
