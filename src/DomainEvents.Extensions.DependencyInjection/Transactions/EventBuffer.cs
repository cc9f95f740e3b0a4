using DomainEvents.Diagnostics;
using Microsoft.Extensions.Logging;

namespace DomainEvents.Transactions;

/// <summary>
/// What a tree of transactions holds back, in the order of registration. Every entry and every source has an owner in
/// the tree; savepoints are places in the order. Thread-safe.
/// </summary>
internal sealed partial class EventBuffer
{
    private readonly List<BufferEntry> _entries = [];
    private readonly Dictionary<Guid, BufferEntry> _events = [];
    private readonly List<EventSource> _sources = [];

    // Events that a partial rollback took back although their source still shows them.
    private HashSet<IDomainEvent>? _withdrawn;
    private readonly List<BufferEntry> _fresh = [];
    private long _sequence;
    private bool _sealed;

    public bool Exists(Predicate<BufferEntry> match)
    {
        lock (_entries)
        {
            return _entries.Exists(match);
        }
    }

    public void Add(EventTransaction owner, IDomainEvent domainEvent)
    {
        lock (_entries)
        {
            ThrowIfClosed(owner);
            _withdrawn?.Remove(domainEvent);
            AddEvent(owner, domainEvent, source: null);
        }
    }

    public void Add(EventTransaction owner, Callback callback)
    {
        lock (_entries)
        {
            ThrowIfClosed(owner);
            _entries.Add(new BufferEntry(++_sequence, owner) { Callback = callback });
        }
    }

    /// <summary>Takes a source's pending events, and those that it raises later.</summary>
    public void Add(EventTransaction owner, IHasDomainEvents source)
    {
        lock (_entries)
        {
            ThrowIfClosed(owner);
            var registered = new EventSource(++_sequence, owner, source);
            if (!_sources.Exists(other => ReferenceEquals(other.Source, source) && other.Owner == owner))
            {
                _sources.Add(registered);
            }

            // Asking again for events that were taken back brings them back.
            _withdrawn?.ExceptWith(PendingOn(source));
            Read(registered);
        }
    }

    /// <summary>Takes a source's pending events, and only those: what it raises later waits until it is taken again.</summary>
    public void Take(EventTransaction owner, IHasDomainEvents source)
    {
        lock (_entries)
        {
            ThrowIfClosed(owner);
            _withdrawn?.ExceptWith(PendingOn(source));
            Read(new EventSource(++_sequence, owner, source));
        }
    }

    /// <summary>The place behind all that is held by now.</summary>
    public long Place
    {
        get
        {
            lock (_entries)
            {
                return _sequence;
            }
        }
    }

    /// <summary>Takes events again: the commit has not taken place.</summary>
    public void Unseal()
    {
        lock (_entries)
        {
            _sealed = false;
        }
    }

    /// <summary>A place in the order. What the sources have raised so far comes before it.</summary>
    public long Mark()
    {
        lock (_entries)
        {
            ReadSources();
            return _sequence;
        }
    }

    /// <summary>The events of a transaction that no before-commit handler has seen yet; none seals the buffer if asked to.</summary>
    public List<IDomainEvent> TakeFresh(EventTransaction owner, bool sealWhenEmpty)
    {
        lock (_entries)
        {
            ReadSources();
            var taken = _fresh.FindAll(entry => entry.Owner.IsWithin(owner));
            _fresh.RemoveAll(entry => entry.Owner.IsWithin(owner));
            _sequence++;
            taken.ForEach(entry => entry.TakenAt = _sequence);
            _sealed |= sealWhenEmpty && taken.Count == 0;
            return taken.ConvertAll(entry => entry.Event!);
        }
    }

    public bool HasFresh(EventTransaction owner)
    {
        lock (_entries)
        {
            return _fresh.Exists(entry => entry.Owner.IsWithin(owner));
        }
    }

    /// <summary>Empties the buffer at the outermost commit, and takes the events off their sources. Returns what now runs.</summary>
    public List<BufferEntry> Commit(ILogger logger)
    {
        lock (_entries)
        {
            _sealed = true;
            List<BufferEntry> entries = [.. _entries];
            var published = new Dictionary<object, List<IDomainEvent>>(ReferenceEqualityComparer.Instance);
            foreach (var registered in _sources)
            {
                published.TryAdd(registered.Source, []);
            }

            foreach (var entry in entries)
            {
                if (entry is { Source: { } source, Event: { } domainEvent })
                {
                    published.TryAdd(source, []);
                    published[source].Add(domainEvent);
                }
            }

            foreach (var (source, events) in published)
            {
                RemoveFrom((IHasDomainEvents)source, events, isLast: true, logger);
            }

            _entries.Clear();
            _events.Clear();
            _sources.Clear();
            _fresh.Clear();
            _withdrawn = null;
            return entries;
        }
    }

    /// <summary>Sources are the user's code: nothing they throw may make a committed transaction look failed.</summary>
    private void RemoveFrom(IHasDomainEvents source, List<IDomainEvent> published, bool isLast, ILogger logger)
    {
        try
        {
            if (isLast && CountLate(source.DomainEvents, published) is > 0 and var late)
            {
                Log.Contained(() => TransactionLog.RaisedTooLate(logger, late, TypeNames.FullName(source.GetType())));
            }

            // Nothing published, nothing to remove: the default implementation would clear what was taken back.
            if (published.Count > 0)
            {
                source.RemoveDomainEvents(published);
            }
        }
#pragma warning disable CA1031 // see above
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.Contained(() => TransactionLog.RemovalFailed(logger, exception, TypeNames.FullName(source.GetType())));
        }
    }

    private int CountLate(IReadOnlyList<IDomainEvent> pending, List<IDomainEvent> published)
    {
        var same = 0;
        while (same < pending.Count && same < published.Count && ReferenceEquals(pending[same], published[same]))
        {
            same++;
        }

        // Nearly always all of them.
        return same == pending.Count ? 0 : pending
            .Except(published, ReferenceEqualityComparer.Instance)
            .Cast<IDomainEvent>()
            .Count(domainEvent => _withdrawn?.Contains(domainEvent) is not true);
    }

    private void ReadSources()
    {
        foreach (var source in _sources)
        {
            Read(source);
        }
    }

    private void Read(EventSource registered)
    {
        foreach (var domainEvent in PendingOn(registered.Source))
        {
            if (_withdrawn?.Contains(domainEvent) is not true)
            {
                AddEvent(registered.Owner, domainEvent, registered.Source);
            }
        }
    }

    private void AddEvent(EventTransaction owner, IDomainEvent domainEvent, IHasDomainEvents? source)
    {
        if (_events.TryGetValue(domainEvent.EventId, out var held))
        {
            if (!ReferenceEquals(held.Event, domainEvent))
            {
                throw new ArgumentException(
                    $"Two events of type {EventTypeName.Of(held.Event!.GetType())} and {EventTypeName.Of(domainEvent.GetType())} " +
                    $"share the id {domainEvent.EventId}. A 'with' copy keeps the id: set a new EventId, or publish one of the two.",
                    nameof(domainEvent));
            }

            held.Source ??= source;
            return;
        }

        var entry = new BufferEntry(++_sequence, owner) { Event = domainEvent, Source = source };
        _entries.Add(entry);
        _events.Add(domainEvent.EventId, entry);
        _fresh.Add(entry);
    }

    private static IReadOnlyList<IDomainEvent> PendingOn(IHasDomainEvents source) =>
        source.DomainEvents is { } pending && !pending.Contains(null!)
            ? pending
            : throw new InvalidOperationException(
                $"{TypeNames.FullName(source.GetType())}.DomainEvents is null or contains null. It must list the pending events.");

    // Asked under the lock: what comes in beside a rollback is refused, or rolled back.
    private void ThrowIfClosed(EventTransaction owner)
    {
        owner.ThrowIfCompleted();
        if (_sealed)
        {
            throw new InvalidOperationException(
                "The transaction is past its last moment before the commit and takes no more events. Publish earlier, or after it has completed.");
        }
    }

    private readonly record struct EventSource(long Sequence, EventTransaction Owner, IHasDomainEvents Source);
}
