namespace DomainEvents;

/// <summary>One handler that failed on one event. Immutable.</summary>
/// <param name="Event">The event.</param>
/// <param name="Handler">The handler.</param>
/// <param name="Exception">What it threw; <see cref="TimeoutException"/> when its time was over.</param>
public sealed record HandlerFailure(IDomainEvent Event, HandlerDescriptor Handler, Exception Exception);
