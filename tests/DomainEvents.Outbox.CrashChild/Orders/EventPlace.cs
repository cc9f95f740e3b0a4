using System.Runtime.InteropServices;

namespace DomainEvents.Outbox.CrashChild.Orders;

/// <summary>The place of an event that a relay handles, with the epoch in which it owns the partition.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct EventPlace(int Partition, long Epoch, long Position);
