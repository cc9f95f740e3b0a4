namespace DomainEvents;

/// <summary>Carries events to handlers within the process. Thread-safe.</summary>
public interface IEventBus : IEventPublisher
{
    /// <summary>Subscribes a handler to events of a type and of the types derived from it.</summary>
    /// <typeparam name="TEvent">The event's own type, a base type or an interface.</typeparam>
    /// <param name="handler">
    /// The handler. It takes its name and order from <see cref="EventHandlerAttribute"/> unless
    /// <paramref name="options"/> say otherwise.
    /// </param>
    /// <param name="options">Name and order; <see langword="null"/> for the defaults.</param>
    /// <returns>
    /// Ends the subscription when disposed; disposing is thread-safe and may be repeated. A publish that is under way
    /// still reaches the handler.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="handler"/> is <see langword="null"/>.</exception>
    /// <remarks>The subscription takes effect from the next publish on. The same handler may be subscribed repeatedly.</remarks>
    IDisposable Subscribe<TEvent>(IEventHandler<TEvent> handler, SubscribeOptions? options = null)
        where TEvent : notnull;

    /// <summary>Subscribes a delegate to events of a type and of the types derived from it.</summary>
    /// <typeparam name="TEvent">The event's own type, a base type or an interface.</typeparam>
    /// <param name="handler">The delegate; a single method, as the tasks of a combined delegate's others would be lost.</param>
    /// <param name="options">Name and order; <see langword="null"/> for the defaults.</param>
    /// <returns>Ends the subscription when disposed; disposing is thread-safe and may be repeated.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="handler"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="handler"/> combines several delegates.</exception>
    IDisposable Subscribe<TEvent>(Func<TEvent, CancellationToken, ValueTask> handler, SubscribeOptions? options = null)
        where TEvent : notnull;

    /// <summary>The handlers that a publish of such an event would run, in order.</summary>
    /// <param name="eventType">The runtime type of an event.</param>
    /// <returns>Never <see langword="null"/>; empty when there is none.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="eventType"/> is <see langword="null"/>.</exception>
    IReadOnlyList<HandlerDescriptor> HandlersFor(Type eventType);
}
