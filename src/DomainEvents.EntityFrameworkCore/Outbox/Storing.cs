using System.Data.Common;
using DomainEvents.EntityFrameworkCore.Capture;
using DomainEvents.Transactions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Update;

namespace DomainEvents.EntityFrameworkCore.Outbox;

/// <summary>The events that one save stores: how, and how far that is.</summary>
internal sealed class Storing(IEventOutbox outbox, Save save, IReadOnlyList<BufferEntry> events, AggregateKeys keys)
{
    private bool _isSent;
    private bool _isDone;

    /// <summary>Whether the next command takes the INSERT along.</summary>
    public bool IsDue { get; set; }

    /// <summary>Whether something is around the save that commits it.</summary>
    public required bool IsInTransaction { get; init; }

    /// <summary>Whether a save that fails in that is taken back by itself.</summary>
    public required bool HasSavepoint { get; init; }

    /// <summary>Whether Entity Framework Core may begin a transaction for the save.</summary>
    public required bool MayBegin { get; init; }

    /// <summary>Whether all statements of a command, and what else is in its transaction, fail with one of them.</summary>
    public required bool FailsAsOne { get; init; }

    /// <summary>
    /// The commands of the save, and those that store its events: nothing comes behind these. They go with the last commands
    /// where nothing of them stays if those fail, also by having found no row, and where the aggregates have their keys by then.
    /// </summary>
    public IEnumerable<ModificationCommandBatch> Around(IEnumerable<ModificationCommandBatch> batches)
    {
        var hasKeys = keys.Identify(events);
        var isSafe = FailsAsOne;
        bool? begins = IsInTransaction ? false : null;
        foreach (var batch in batches)
        {
            isSafe = isSafe && batch.ModificationCommands.All(AlwaysInserts);
            begins ??= Begins(batch, isSafe, hasKeys);
            hasKeys = hasKeys || keys.Identify(events); // of what the last batch has inserted
            var takesInsert = !batch.AreMoreBatchesExpected && (hasKeys || !(IsInTransaction || MayBegin)) && (isSafe || HasSavepoint || begins.Value);
            yield return new SaveBatch(batch, this, begins.Value, takesInsert);
        }

        if (!_isDone)
        {
            keys.Identify(events);
            yield return new EventBatch(this, save);
        }
    }

    public void AddTo(DbCommand command)
    {
        IsDue = false;
        outbox.AddInsert(command, events);
        _isSent = true;
    }

    /// <summary>What was sent has succeeded.</summary>
    public void Executed()
    {
        IsDue = false;
        if (_isSent && !_isDone)
        {
            save.Transaction!.Stored(events);
            _isDone = true;
        }
    }

    /// <summary>
    /// The save is over. What it has accepted, as it does unless it is told not to, no retry writes again. Of a source that was not tracked, and so
    /// has no type, nobody knows.
    /// </summary>
    public void Saved(DbContext context)
    {
        foreach (var entry in events)
        {
            entry.IsAccepted = entry is { Source: { } source, SourceType: not null }
                && TrackedAggregates.EntryOf(context, source) is not { EntityState: EntityState.Added or EntityState.Modified or EntityState.Deleted };
        }
    }

    /// <summary>The save begins again, with nothing done.</summary>
    public void Undo()
    {
        foreach (var entry in events)
        {
            entry.StoredAt = 0;
        }
    }

    private bool Begins(ModificationCommandBatch first, bool isSafe, bool hasKeys)
    {
        var isSafeAlone = isSafe && !first.AreMoreBatchesExpected;
        if (!MayBegin && !isSafeAlone)
        {
            throw new InvalidOperationException(
                "The save stores events in the outbox, together with its rows or not at all, and that takes a transaction; but none is open, and " +
                "Database.AutoTransactionBehavior is Never. Begin one with Database.BeginTransaction, or leave the behavior at WhenNeeded.");
        }

        return MayBegin && !(isSafeAlone && hasKeys);
    }

    /// <summary>An INSERT adds its row or throws; an UPDATE may find none. A trigger may do as it likes.</summary>
    private static bool AlwaysInserts(IReadOnlyModificationCommand command) =>
        command.EntityState == EntityState.Added && command.StoreStoredProcedure is null && command.Table?.Triggers.Any() is not true;
}
