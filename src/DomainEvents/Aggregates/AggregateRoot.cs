using System.Collections.ObjectModel;

namespace DomainEvents;

/// <summary>The base of aggregate roots: collects the events that the aggregate raises until they are published.</summary>
/// <remarks>Not thread-safe, like the aggregate itself. Nothing is allocated before the first event is raised.</remarks>
public abstract class AggregateRoot : IHasDomainEvents
{
    private List<IDomainEvent>? _pending;
    private ReadOnlyCollection<IDomainEvent>? _view;

    /// <inheritdoc/>
    /// <remarks>A live view: it shows what is pending at the time it is read.</remarks>
    public IReadOnlyList<IDomainEvent> DomainEvents => _pending is null ? [] : _view ??= _pending.AsReadOnly();

    /// <inheritdoc/>
    public IReadOnlyList<IDomainEvent> PullDomainEvents()
    {
        if (_pending is null or { Count: 0 })
        {
            return [];
        }

        var pulled = _pending.ToArray();
        _pending.Clear();
        return pulled;
    }

    /// <summary>Removes exactly the given instances; events that are not pending are ignored.</summary>
    /// <param name="domainEvents">The events to remove, compared by reference.</param>
    /// <exception cref="ArgumentNullException"><paramref name="domainEvents"/> is <see langword="null"/>.</exception>
    public void RemoveDomainEvents(IReadOnlyCollection<IDomainEvent> domainEvents)
    {
        ArgumentNullException.ThrowIfNull(domainEvents);
        if (_pending is null || domainEvents.Count == 0)
        {
            return;
        }

        var published = new HashSet<IDomainEvent>(domainEvents, ReferenceEqualityComparer.Instance);
        _pending.RemoveAll(published.Contains);
    }

    /// <summary>What tells it from others of its type; <see langword="null"/> as long as it has no identity.</summary>
    internal virtual string? Identity => null;

    /// <summary>Records that something happened. It is published when the aggregate's events are collected.</summary>
    /// <param name="domainEvent">The event.</param>
    /// <exception cref="ArgumentNullException"><paramref name="domainEvent"/> is <see langword="null"/>.</exception>
    protected void Raise(IDomainEvent domainEvent)
    {
        ArgumentNullException.ThrowIfNull(domainEvent);
        (_pending ??= []).Add(domainEvent);
    }
}
