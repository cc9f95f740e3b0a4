using DomainEvents.Diagnostics;
using Microsoft.Extensions.Logging;

namespace DomainEvents.Transactions;

/// <content>What is in the outbox belongs to the database transaction that it was stored in.</content>
internal sealed partial class EventBuffer
{
    /// <summary>The events of a transaction that are not in the outbox.</summary>
    public List<BufferEntry> NotStored(EventTransaction owner)
    {
        lock (_entries)
        {
            return _entries.FindAll(entry => entry is { Event: not null, IsStored: false } && entry.Owner.IsWithin(owner));
        }
    }

    /// <summary>Events are in the outbox, unless what comes behind this place is undone.</summary>
    public void Stored(IEnumerable<BufferEntry> entries)
    {
        lock (_entries)
        {
            _sequence++;
            foreach (var entry in entries)
            {
                entry.StoredAt = _sequence;
            }
        }
    }

    /// <summary>The database transaction of a transaction inside is committed: no rollback takes back what it has stored.</summary>
    public void CommitStored(EventTransaction owner, ILogger logger)
    {
        lock (_entries)
        {
            TakeStoredOffSources(owner, logger).ForEach(entry => entry.IsCommitted = true);
        }
    }

    /// <summary>Whatever has become of what is stored, the rows say it: the sources are not to hand it out once more.</summary>
    public List<BufferEntry> TakeStoredOffSources(EventTransaction owner, ILogger logger)
    {
        lock (_entries)
        {
            var stored = _entries.FindAll(entry => entry is { IsStored: true, IsCommitted: false } && entry.Owner.IsWithin(owner));
            foreach (var ofSource in stored.Where(entry => entry.Source is not null).GroupBy(entry => entry.Source, ReferenceEqualityComparer.Instance))
            {
                Remove((IHasDomainEvents)ofSource.Key!, [.. ofSource.Select(entry => entry.Event!)], logger);
            }

            stored.ForEach(entry => entry.Source = null);
            return stored;
        }
    }

    /// <summary>Takes out what is committed although the transaction around it is not.</summary>
    public List<BufferEntry> TakeCommitted(EventTransaction owner)
    {
        lock (_entries)
        {
            var committed = _entries.FindAll(entry => entry.IsCommitted && entry.Owner.IsWithin(owner));
            _entries.RemoveAll(committed.Contains);
            committed.ForEach(entry => _events.Remove(entry.Event!.EventId));
            return committed;
        }
    }

    private static void Remove(IHasDomainEvents source, List<IDomainEvent> published, ILogger logger)
    {
        try
        {
            source.RemoveDomainEvents(published);
        }
#pragma warning disable CA1031 // the user's code: nothing it throws may make a committed transaction look failed
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.Contained(() => TransactionLog.RemovalFailed(logger, exception, TypeNames.FullName(source.GetType())));
        }
    }
}
