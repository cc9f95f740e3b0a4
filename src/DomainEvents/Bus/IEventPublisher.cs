namespace DomainEvents;

/// <summary>Publishes events to the handlers that are registered for them. Thread-safe.</summary>
public interface IEventPublisher
{
    /// <summary>Publishes one event to every handler of its runtime type, base types and interfaces.</summary>
    /// <param name="domainEvent">The event. Its runtime type decides, not the type of the variable.</param>
    /// <param name="cancellationToken">
    /// Cancelled before the call: no handler starts. Cancelled later: it reaches the handlers through their token, and
    /// what they throw then is reported as their failure.
    /// </param>
    /// <returns>
    /// How many handlers ran and which failed, once every started handler has ended. Await it once, or call
    /// <see cref="ValueTask{TResult}.AsTask"/>.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="domainEvent"/> is <see langword="null"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the call.</exception>
    /// <exception cref="InvalidOperationException">
    /// Handlers publish from handlers more than <see cref="EventBusOptions.MaxPublishDepth"/> deep on one stack.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The container that the publisher belongs to is disposed.</exception>
    ValueTask<PublishResult> PublishAsync(IDomainEvent domainEvent, CancellationToken cancellationToken = default);

    /// <summary>Publishes events one after the other: the handlers of each have ended before the next is published.</summary>
    /// <param name="domainEvents">The events; read once, before the first is published. None: nothing happens.</param>
    /// <param name="cancellationToken">
    /// Looked at once, before the first event; later it reaches the handlers through their token only, so that no
    /// result is lost.
    /// </param>
    /// <returns>The results of all events as one.</returns>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="domainEvents"/> or one of the events is <see langword="null"/>; nothing is published then.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the call.</exception>
    ValueTask<PublishResult> PublishAllAsync(IEnumerable<IDomainEvent> domainEvents, CancellationToken cancellationToken = default);
}
