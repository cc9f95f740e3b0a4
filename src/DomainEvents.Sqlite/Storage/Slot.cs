using DomainEvents.Outbox;
using DomainEvents.Sqlite.Connections;

namespace DomainEvents.Sqlite.Storage;

/// <summary>A partition, as it stands.</summary>
internal sealed record Slot(OwnedPartition Owned, string? Owner, long LeaseUntil, long? Noted, int Interruptions)
{
    public bool IsOf(string relay) => string.Equals(Owner, relay, StringComparison.Ordinal);

    /// <summary>All partitions, by number.</summary>
    public static List<Slot> All(Session session)
    {
        using var reader = session.Read("select partition, epoch, owner, lease_until, noted, interruptions from domain_event_partition order by partition");
        var slots = new List<Slot>(OutboxMessage.PartitionCount);
        while (reader.Read())
        {
            slots.Add(new Slot(
                new OwnedPartition(reader.GetInt32(0), reader.GetInt64(1)),
                reader.IsDBNull(2) ? null : reader.GetString(2),
                reader.GetInt64(3),
                reader.IsDBNull(4) ? null : reader.GetInt64(4),
                reader.GetInt32(5)));
        }

        return slots;
    }

    /// <summary>Those that a relay owns, by number.</summary>
    public static Dictionary<int, Slot> Of(Session session, string relay) =>
        All(session).Where(slot => slot.IsOf(relay)).ToDictionary(slot => slot.Owned.Partition);
}
