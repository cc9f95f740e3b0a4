namespace DomainEvents.Outbox;

/// <summary>Runs handlers for what is in the outbox. Thread-safe.</summary>
public interface IOutboxRelay
{
    /// <summary>
    /// Works until nothing is due: it neither waits for the next attempt at what has failed, nor for what another relay owns.
    /// </summary>
    /// <param name="cancellationToken">
    /// Ends it early. Where the host runs the relay only the waiting ends; otherwise handlers are cancelled, and their events are handed out again.
    /// </param>
    /// <returns>How many handler calls have succeeded.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled, or the relay of the host has stopped.</exception>
    /// <exception cref="InvalidOperationException">It was called by a handler that the relay runs.</exception>
    /// <exception cref="Exception">What the store has thrown.</exception>
    Task<int> DrainAsync(CancellationToken cancellationToken = default);
}
