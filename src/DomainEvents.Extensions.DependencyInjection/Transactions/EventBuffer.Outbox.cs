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
            var stored = _entries.FindAll(entry => entry is { IsStored: true, IsCommitted: false } && entry.Owner.IsWithin(owner));
            TakeOffSources(stored, logger);
            stored.ForEach(entry => entry.IsCommitted = true);
        }
    }

    /// <summary>
    /// Nobody knows whether what is stored is committed. Where the source's own row is not written again, its events are not either:
    /// they are there or not, as the row is. Otherwise they go with it once more, twice rather than never.
    /// </summary>
    public void ForgetAccepted(EventTransaction owner, ILogger logger)
    {
        lock (_entries)
        {
            TakeOffSources(_entries.FindAll(entry => entry is { IsStored: true, IsAccepted: true } && entry.Owner.IsWithin(owner)), logger);
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

    /// <summary>They are pending there no more.</summary>
    private void TakeOffSources(List<BufferEntry> stored, ILogger logger)
    {
        foreach (var ofSource in stored.Where(entry => entry.Source is not null).GroupBy(entry => entry.Source, ReferenceEqualityComparer.Instance))
        {
            RemoveFrom((IHasDomainEvents)ofSource.Key!, [.. ofSource.Select(entry => entry.Event!)], isLast: false, logger);
        }

        stored.ForEach(entry => entry.Source = null);
    }
}
