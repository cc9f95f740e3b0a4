using DomainEvents.Outbox;

namespace DomainEvents.PostgreSql;

/// <summary>A partition at an epoch is one number in SQL, so that many are one array.</summary>
internal static class PartitionKeys
{
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
