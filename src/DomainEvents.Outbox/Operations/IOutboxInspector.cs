namespace DomainEvents.Outbox;

/// <summary>Looks at the outbox, and mends what has failed. Thread-safe.</summary>
public interface IOutboxInspector
{
    /// <summary>Counts what is pending and what has failed.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    ValueTask<OutboxStatus> GetStatusAsync(CancellationToken cancellationToken = default);

    /// <summary>The dead letters, by position, also those whose event cannot be read. What changes meanwhile may or may not be among them.</summary>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    IAsyncEnumerable<DeadLetter> GetDeadLettersAsync(CancellationToken cancellationToken = default);

    /// <summary>Tries a dead letter again, at once and with its attempts counted anew.</summary>
    /// <param name="position">The place of the event: <see cref="DeadLetter.Position"/>.</param>
    /// <param name="handlerName">The handler: <see cref="DeadLetter.HandlerName"/>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Whether there was such a dead letter: true only for the call that moved it.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="handlerName"/> is <see langword="null"/>.</exception>
    ValueTask<bool> RequeueAsync(long position, string handlerName, CancellationToken cancellationToken = default);

    /// <summary>
    /// Gives a delivery up: a dead letter, with the empty name a parked event or one that waits behind such a one, or one that waits for a handler which
    /// no running process has. Later events of its stream go on.
    /// </summary>
    /// <param name="position">The place of the event.</param>
    /// <param name="handlerName">The handler; empty for an event that no handler has got yet.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Whether there was one to give up: true only for the call that did.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="handlerName"/> is <see langword="null"/>.</exception>
    ValueTask<bool> DiscardAsync(long position, string handlerName, CancellationToken cancellationToken = default);
}
