namespace DomainEvents;

/// <summary>Reacts to events of one type, and of the types derived from it.</summary>
/// <typeparam name="TEvent">
/// The event: a class, a base class or an interface. A handler of <see cref="IDomainEvent"/> sees every event.
/// </typeparam>
public interface IEventHandler<in TEvent>
    where TEvent : notnull
{
    /// <summary>Handles one event.</summary>
    /// <param name="domainEvent">The event; shared with other handlers, so it must not be changed.</param>
    /// <param name="cancellationToken">
    /// Cancelled when the publisher gives up, when the handler's time is over, or, for work after a commit, when the
    /// host stops.
    /// </param>
    /// <returns>A task that ends when the handler has ended. It is awaited exactly once.</returns>
    /// <remarks>A throw is reported to the publisher as a <see cref="HandlerFailure"/> and stops no other handler.</remarks>
    ValueTask HandleAsync(TEvent domainEvent, CancellationToken cancellationToken);
}
