namespace DomainEvents.Outbox;

/// <summary>Runs handlers for what is in the outbox. Thread-safe.</summary>
public interface IOutboxRelay
{
    /// <summary>
    /// Works until nothing is due: it neither waits for the next attempt at what has failed, nor for what another relay owns.
    /// </summary>
    /// <param name="cancellationToken">Ends it early: handlers are cancelled, and what they have not done is done again.</param>
    /// <returns>How many handler calls have succeeded.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    Task<int> DrainAsync(CancellationToken cancellationToken = default);
}
