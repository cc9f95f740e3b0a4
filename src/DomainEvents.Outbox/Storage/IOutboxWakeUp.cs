namespace DomainEvents.Outbox;

/// <summary>
/// Wakes the relays of other processes when there is something new, where a database can do that. Correctness does not rest on
/// it: relays also look by themselves, every <see cref="OutboxOptions.PollingInterval"/>.
/// </summary>
public interface IOutboxWakeUp
{
    /// <summary>Wakes them, this process's included. Never called within a transaction of the user's; a throw is logged, and no matter.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    ValueTask NotifyAsync(CancellationToken cancellationToken = default);

    /// <summary>Listens until it is cancelled, or until it throws as the connection is lost: then it is called again after a while.</summary>
    /// <param name="wake">Called for each wake-up, and once when it has begun to listen, for what came before.</param>
    /// <param name="cancellationToken">Ends the listening.</param>
    Task ListenAsync(Action wake, CancellationToken cancellationToken = default);
}
