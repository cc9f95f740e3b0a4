namespace DomainEvents.Outbox;

/// <summary>What a relay owns after a renewal.</summary>
/// <param name="Partitions">All of them. One that the relay named and that is not among them is lost.</param>
/// <param name="Share">How many it should own: the partitions divided by the live relays, rounded up; 0 for one that is leaving. It gives back what it has above it.</param>
public sealed record RelayLease(IReadOnlyList<LeasedPartition> Partitions, int Share);
