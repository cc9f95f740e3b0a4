using System.Runtime.InteropServices;

namespace DomainEvents.Outbox;

/// <summary>A partition that a relay owns.</summary>
/// <param name="Partition">From 0 to 63.</param>
/// <param name="Epoch">How often the partition has changed its owner: what an earlier owner still writes is refused by it.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct OwnedPartition(int Partition, long Epoch);
