namespace DomainEvents.Outbox;

/// <summary>A partition that a relay owns until its lease runs out.</summary>
/// <param name="Owned">The partition and its epoch.</param>
/// <param name="IsNew">Whether it was taken over just now, and not only renewed.</param>
/// <param name="Interruption">What its owner before was doing if the lease of that one ran out; <see langword="null"/> if it was given back.</param>
public sealed record LeasedPartition(OwnedPartition Owned, bool IsNew, PartitionInterruption? Interruption);
