using DomainEvents.EntityFrameworkCore.Transactions;
using DomainEvents.Transactions;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace DomainEvents.EntityFrameworkCore.Capture;

/// <content>From the beginning of a save to its end. A save that nothing is around commits by itself.</content>
internal sealed partial class ContextEvents
{
    private Save? _save;

    // One for all saves without events: nobody looks at it once the save is over.
    private Save? _withoutEvents;
    private bool _detectsChanges;
    private bool? _isLast;

    // What holds the events of a save whose before-commit handlers run.
    private EventTransaction? _preparing;

    /// <summary>Collects what tracked aggregates have raised, and runs before-commit handlers, whose changes join the save.</summary>
    public async ValueTask SavingAsync(bool synchronous, CancellationToken cancellationToken)
    {
        var surrounding = Surrounding();
        if (_preparing is not null && surrounding is null)
        {
            throw new InvalidOperationException(
                "A before-commit handler saves the context that is being saved. Its changes are saved anyway: leave out the call, " +
                "or begin a transaction around both with Database.BeginTransaction.");
        }

        Save save;
        if (TrackedAggregates.WithEvents(Context) is { } sources)
        {
            save = new Save();
            save.IsAlone = surrounding is null;
            save.Transaction = surrounding ?? Dispatcher.OpenForSave(Outbox);
            save.Place = save.Transaction.Place;
            await PrepareAsync(save, sources, synchronous, cancellationToken).ConfigureAwait(false);
            if (save.IsAlone)
            {
                save.Transaction.Hide();
            }
        }
        else
        {
            save = _withoutEvents ??= new Save();
            save.Clear();
        }

        _save = save;
        DetectNoMore(save);
    }

    // Before anybody can suppress the save: its end would be taken for that of an older one.
    InterceptionResult<int> ISaveChangesInterceptor.SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        Finish(BeginAnewAsync(synchronous: true));
        return result;
    }

    async ValueTask<InterceptionResult<int>> ISaveChangesInterceptor.SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken)
    {
        await BeginAnewAsync(synchronous: false).ConfigureAwait(false);
        return result;
    }

    int ISaveChangesInterceptor.SavedChanges(SaveChangesCompletedEventData eventData, int result)
    {
        Finish(SavedAsync(synchronous: true));
        return result;
    }

    async ValueTask<int> ISaveChangesInterceptor.SavedChangesAsync(
        SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken)
    {
        await SavedAsync(synchronous: false).ConfigureAwait(false); // whatever the token says: the rows are committed
        return result;
    }

    void ISaveChangesInterceptor.SaveChangesFailed(DbContextErrorEventData eventData) =>
        Finish(FailedAsync(eventData.Exception, synchronous: true));

    Task ISaveChangesInterceptor.SaveChangesFailedAsync(DbContextErrorEventData eventData, CancellationToken cancellationToken) =>
        FailedAsync(eventData.Exception, synchronous: false).AsTask();

    void ISaveChangesInterceptor.SaveChangesCanceled(DbContextEventData eventData) =>
        Finish(FailedAsync(failure: null, synchronous: true));

    Task ISaveChangesInterceptor.SaveChangesCanceledAsync(DbContextEventData eventData, CancellationToken cancellationToken) =>
        FailedAsync(failure: null, synchronous: false).AsTask();

    InterceptionResult ISaveChangesInterceptor.ThrowingConcurrencyException(
        ConcurrencyExceptionEventData eventData, InterceptionResult result)
    {
        Finish(GiveBackAsync(synchronous: true));
        return result;
    }

    async ValueTask<InterceptionResult> ISaveChangesInterceptor.ThrowingConcurrencyExceptionAsync(
        ConcurrencyExceptionEventData eventData, InterceptionResult result, CancellationToken cancellationToken)
    {
        await GiveBackAsync(synchronous: false).ConfigureAwait(false);
        return result;
    }

    /// <summary>Takes the events, and runs before-commit handlers until neither they nor the tracker have more.</summary>
    private async ValueTask PrepareAsync(Save save, List<IHasDomainEvents> sources, bool synchronous, CancellationToken cancellationToken)
    {
        var transaction = save.Transaction!;
        var around = _preparing;
        _preparing = transaction;
        try
        {
            sources.ForEach(transaction.Take);
            await transaction.RunBeforeCommitAsync(sealWhenDone: false, synchronous, cancellationToken, Collect).ConfigureAwait(false);
        }
        catch
        {
            await FailAsync(save, EventTransactionState.RolledBack, synchronous).ConfigureAwait(false);
            throw;
        }
        finally
        {
            _preparing = around;
        }

        void Collect() => TrackedAggregates.WithEvents(Context)?.ForEach(transaction.Take);
    }

    private async ValueTask SavedAsync(bool synchronous)
    {
        if (EndSave() is not { Transaction: { } transaction } save)
        {
            return;
        }

        if (save.HasChanges && !save.HasSentCommands && HasChanges())
        {
            transaction.DiscardSince(save.Place); // suppressed: neither committed nor rolled back
            if (save.IsAlone)
            {
                await CompleteAsync(transaction, EventTransactionState.RolledBack, synchronous).ConfigureAwait(false);
            }

            return;
        }

        if (save.GivenBack is { } givenBack)
        {
            // Somebody has overruled the conflict. Deleted aggregates are not tracked any more.
            transaction = save.IsAlone ? Dispatcher.OpenForSave(Outbox) : transaction;
            transaction.Restore(givenBack);
        }

        if (save.GivenBack is null)
        {
            await StoreAloneAsync(save, synchronous).ConfigureAwait(false);
        }

        if (save.IsAlone)
        {
            await CompleteAsync(transaction, EventTransactionState.Committed, synchronous).ConfigureAwait(false);
        }
        else
        {
            save.Storing?.Saved(Context);
        }
    }

    /// <param name="failure">What it failed of; <see langword="null"/> if it was cancelled.</param>
    /// <param name="synchronous">Whether the saver cannot wait.</param>
    private async ValueTask FailedAsync(Exception? failure, bool synchronous)
    {
        if (EndSave() is not { Transaction: { } transaction, GivenBack: null } save)
        {
            return;
        }

        save.HasFailedCommand |= IsOfDatabase(failure);
        save.IsCanceled = failure is null;
        if (save.IsAlone && save.IsCommittedAnyway)
        {
            save.Storing?.Executed();
            await CompleteAsync(transaction, EventTransactionState.Committed, synchronous).ConfigureAwait(false);
            return;
        }

        var state = save.IsInDoubt ? EventTransactionState.InDoubt : EventTransactionState.RolledBack;
        await FailAsync(save, state, synchronous).ConfigureAwait(false);
    }

    /// <summary>A conflict is told as an exception, and not as the failure of the save.</summary>
    private async ValueTask GiveBackAsync(bool synchronous)
    {
        if (_save is not { } save)
        {
            return;
        }

        save.HasConflict = true;
        DetectAgain(); // the user is to resolve the conflict, and there may be no other news of the end
        if (save is { Transaction: { } transaction, GivenBack: null })
        {
            save.GivenBack = transaction.Since(save.Place);
            await FailAsync(save, EventTransactionState.RolledBack, synchronous).ConfigureAwait(false);
        }
    }

    /// <summary>Its events stay on their aggregates, for the next save.</summary>
    private static async ValueTask FailAsync(Save save, EventTransactionState state, bool synchronous)
    {
        if (save.IsAlone)
        {
            await CompleteAsync(save.Transaction!, state, synchronous).ConfigureAwait(false);
        }
        else
        {
            save.Transaction!.DiscardSince(save.Place);
        }
    }

    private Save? EndSave()
    {
        var save = _save;
        _save = null;
        DetectAgain();
        return save;
    }

    private async ValueTask BeginAnewAsync(bool synchronous)
    {
        DetectAgain();
        var hadTransaction = IsOfSave;
        await AbandonAsync(synchronous).ConfigureAwait(false);
        if (hadTransaction && Context.Database.CurrentTransaction is { } transaction)
        {
            Begun(transaction.GetDbTransaction(), transaction.TransactionId, isOwned: true); // not of the save that was over, but the user's
            if (transaction is TellingTransaction)
            {
                TellsDisposalOf(transaction.TransactionId);
            }
        }
    }

    /// <summary>A save whose end nobody told of has failed, in an interceptor behind this one.</summary>
    private async ValueTask AbandonAsync(bool synchronous)
    {
        if (_save is { } save)
        {
            _save = null;
            if (save is { Transaction: not null, GivenBack: null })
            {
                await FailAsync(save, EventTransactionState.RolledBack, synchronous).ConfigureAwait(false);
            }
        }
    }

    private void DetectAgain()
    {
        if (_detectsChanges)
        {
            Context.ChangeTracker.AutoDetectChangesEnabled = true;
            _detectsChanges = false;
        }
    }

    /// <summary>
    /// Changes have been detected, and need not be again in this save, unless an interceptor behind this one may make some.
    /// </summary>
    private void DetectNoMore(Save save)
    {
        save.HasChanges = save.Transaction is not null && HasChanges();
        _detectsChanges = Context.ChangeTracker.AutoDetectChangesEnabled && (_isLast ??= IsLast());
        Context.ChangeTracker.AutoDetectChangesEnabled &= !_detectsChanges;
    }

    /// <summary>Whether the tracker has changes, as far as it has detected them.</summary>
    private bool HasChanges()
    {
        var tracker = Context.ChangeTracker;
        var detects = tracker.AutoDetectChangesEnabled;
        tracker.AutoDetectChangesEnabled = false;
        var hasChanges = tracker.HasChanges();
        tracker.AutoDetectChangesEnabled = detects;
        return hasChanges;
    }

    /// <summary>Whether no other interceptor sees the beginning of a save behind ours. The options do not change.</summary>
    private bool IsLast() => ReferenceEquals(
        options.FindExtension<CoreOptionsExtension>()!.Interceptors!.Last(interceptor => interceptor is ISaveChangesInterceptor),
        SavingChangesInterceptor.Instance);

    // Complete already: what is synchronous does not await.
    private static void Finish(ValueTask completed) => completed.AsTask().GetAwaiter().GetResult();
}
