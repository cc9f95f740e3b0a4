namespace DomainEvents.Outbox;

/// <summary>What came of an <see cref="OutboxExchange"/>.</summary>
/// <param name="Lost">Partitions of the fence that the relay does not own any more: nothing of theirs was written.</param>
/// <param name="Events">Events in the outbox, by position.</param>
/// <param name="Deliveries">
/// Deliveries that are due and have no earlier one of the same handler, or of all handlers, in their stream; by position.
/// Their handlers are among those of the relay.
/// </param>
/// <param name="NextDue">When the next delivery of these partitions is due, from now; <see langword="null"/> if none waits for its time.</param>
public sealed record OutboxExchangeResult(
    IReadOnlyList<int> Lost, IReadOnlyList<OutboxEntry> Events, IReadOnlyList<OutboxEntry> Deliveries, TimeSpan? NextDue);
