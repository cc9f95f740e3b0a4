using System.Data.Common;

namespace DomainEvents.Transactions;

/// <content>Its events are stored in the outbox, if there is one, by the commit of what they belong to.</content>
public sealed partial class EventTransaction
{
    /// <summary>Where its events are stored; <see langword="null"/> if handlers get them in memory.</summary>
    internal IEventOutbox? Outbox { get; set; }

    /// <summary>Whether its only database transaction is an ambient one, which has no last moment before its commit.</summary>
    internal bool IsOfAmbientOnly => _enlisted is null && (IsAmbient || _outer is { IsOfAmbientOnly: true });

    /// <summary>Whether a database transaction of its own is committed, or rolled back, with it.</summary>
    private bool HasTransaction => _enlisted is not null || IsOfSave;

    /// <summary>Its events that no command has stored yet.</summary>
    internal IReadOnlyList<BufferEntry> NotStored() => _buffer.NotStored(this);

    /// <summary>A command of its database transaction has stored them.</summary>
    internal void Stored(IReadOnlyList<BufferEntry> entries) => _buffer.Stored(entries);

    private bool HasStored(BufferEntry entry) => entry.IsStored && entry.Owner.IsWithin(this);

    /// <summary>Whether this process does something when it has ended. Where it does not, the rows of the outbox say how it ended.</summary>
    private bool IsOwedHere(BufferEntry entry) =>
        entry is not { Event: { } domainEvent, IsStored: true }
        || _dispatcher.AfterCompletion.Any(domainEvent, Occasions.AfterStoredCommit)
        || _dispatcher.AfterCompletion.Any(domainEvent, Occasions.AfterRollback);

    /// <summary>Stores what is not stored yet in the database transaction, or, at the outermost end, in one of its own.</summary>
    /// <returns>Whether there was anything: a statement was sent then.</returns>
    private async ValueTask<bool> StoreAsync(bool synchronous)
    {
        if (Outbox is not { } outbox || _buffer.NotStored(this) is not { Count: > 0 } entries)
        {
            return false;
        }

        await outbox.WriteAsync(entries, _enlisted?.Transaction, synchronous).ConfigureAwait(false);
        _buffer.Stored(entries);
        return true;
    }

    /// <summary>Commits a unit of work that has no database transaction by storing its events in one.</summary>
    private async ValueTask CommitToOutboxAsync(bool synchronous)
    {
        try
        {
            await StoreAsync(synchronous).ConfigureAwait(false);
        }
        catch (DbException exception) when (EnlistedTransaction.IsOutcomeUnknown(exception))
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
}
