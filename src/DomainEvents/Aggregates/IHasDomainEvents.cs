namespace DomainEvents;

/// <summary>Something that collects domain events until they are published: usually an aggregate root.</summary>
/// <remarks>Derive from <see cref="AggregateRoot"/>; implement this where a class already has another base class.</remarks>
public interface IHasDomainEvents
{
    /// <summary>The pending events, oldest first. Never <see langword="null"/>; empty when nothing is pending.</summary>
    IReadOnlyList<IDomainEvent> DomainEvents { get; }

    /// <summary>Returns the pending events, oldest first, and clears them.</summary>
    IReadOnlyList<IDomainEvent> PullDomainEvents();

    /// <summary>
    /// Removes events that have been published. The default implementation removes all that are pending; override it
    /// to remove exactly the given instances, so that an event raised in the meantime is kept.
    /// </summary>
    /// <param name="domainEvents">The published events, compared by reference.</param>
    void RemoveDomainEvents(IReadOnlyCollection<IDomainEvent> domainEvents) => PullDomainEvents();
}
