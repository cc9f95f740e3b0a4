using DomainEvents.Outbox;

namespace DomainEvents.PostgreSql;

/// <summary>Partitions in SQL.</summary>
internal static class PartitionKeys
{
    /// <summary>The partition whose owner looks after a row: its own, or if that is none, one that makes the damage known.</summary>
    public static string Slot(string alias) => $"({alias}.partition & {OutboxMessage.PartitionCount - 1})";

    /// <summary>The same in a set of bits.</summary>
    public static string Bit(string alias) => $"(1::bigint << {Slot(alias)})";

    /// <summary>A partition at an epoch is one number, so that many are one array.</summary>
    public static long[] Of(IReadOnlyList<OwnedPartition> partitions)
    {
        var keys = new long[partitions.Count];
        for (var index = 0; index < keys.Length; index++)
        {
            keys[index] = (partitions[index].Epoch * OutboxMessage.PartitionCount) + partitions[index].Partition;
        }

        return keys;
    }
}
