namespace DomainEvents.Outbox;

/// <summary>How the outbox stands.</summary>
/// <param name="Pending">Events that no relay is done with yet.</param>
/// <param name="Retrying">Deliveries that failed and are tried again, or wait behind such a one.</param>
/// <param name="Dead">Deliveries that failed too often: dead letters.</param>
/// <param name="Parked">Events of an unknown type or version, and deliveries for a handler that nobody has.</param>
/// <param name="OldestPendingAge">How long the oldest pending event is stored, by the clock of the database; <see langword="null"/> if none is pending.</param>
public sealed record OutboxStatus(long Pending, long Retrying, long Dead, long Parked, TimeSpan? OldestPendingAge);
