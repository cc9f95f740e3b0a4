namespace DomainEvents;

/// <summary>One call of one handler. Immutable.</summary>
/// <param name="domainEvent">The event.</param>
/// <param name="handler">The handler that is called.</param>
/// <param name="services">The services of the call; <see langword="null"/> without a container.</param>
/// <exception cref="ArgumentNullException">
/// <paramref name="domainEvent"/> or <paramref name="handler"/> is <see langword="null"/>.
/// </exception>
public sealed class EventHandlerContext(IDomainEvent domainEvent, HandlerDescriptor handler, IServiceProvider? services)
{
    /// <summary>The event that is handled.</summary>
    public IDomainEvent Event { get; } = domainEvent ?? throw new ArgumentNullException(nameof(domainEvent));

    /// <summary>The handler that is called.</summary>
    public HandlerDescriptor Handler { get; } = handler ?? throw new ArgumentNullException(nameof(handler));

    /// <summary>
    /// The services from which the handler is resolved: the call's own scope, the caller's before a commit, the root
    /// provider for a handler that needs no scope; <see langword="null"/> without a container.
    /// </summary>
    public IServiceProvider? Services { get; } = services;
}
