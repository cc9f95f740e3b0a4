using DomainEvents.Outbox;
using Npgsql;

namespace DomainEvents.PostgreSql;

/// <summary>A row of an event, in the order of <see cref="OutboxTables.Columns"/>, with the handlers that are blocked behind it.</summary>
internal static class EventRow
{
    public const int FieldCount = 12;

    public static OutboxEntry Read(NpgsqlDataReader reader)
    {
        try
        {
            var message = new OutboxMessage
            {
                Position = reader.GetInt64(0),
                EventId = reader.GetGuid(1),
                EventType = reader.GetString(2),
                Version = reader.GetInt32(3),
                Payload = reader.GetFieldValue<byte[]>(4),
                Metadata = reader.IsDBNull(5) ? null : reader.GetString(5),
                TenantId = reader.IsDBNull(6) ? null : reader.GetString(6),
                Stream = reader.GetString(7),
                Partition = reader.GetInt16(8) & (OutboxMessage.PartitionCount - 1),
                OccurredAt = reader.GetFieldValue<DateTimeOffset>(9),
                StoredAt = reader.GetFieldValue<DateTimeOffset>(10),
            };
            var damage = message.Version < 1 ? $"Its version is {message.Version}, and versions begin with 1."
                : message.EventType.Length == 0 ? "It has no type."
                : message.Partition != reader.GetInt16(8) ? $"Its partition is {reader.GetInt16(8)}, and partitions are 0 to {OutboxMessage.PartitionCount - 1}."
                : null;
            return new OutboxEntry(message, Blocked(reader), Damage: damage);
        }
        catch (Exception exception) when (exception is InvalidCastException or ArgumentException or OverflowException)
        {
            return Damaged(reader, exception);
        }
    }

    // Its columns are typed: only times can be such that .NET has none of them.
    private static OutboxEntry Damaged(NpgsqlDataReader reader, Exception exception) => new(
        new OutboxMessage
        {
            Position = reader.GetInt64(0),
            EventId = reader.GetGuid(1),
            EventType = reader.GetString(2),
            Version = reader.GetInt32(3),
            Payload = reader.GetFieldValue<byte[]>(4),
            Metadata = reader.IsDBNull(5) ? null : reader.GetString(5),
            TenantId = reader.IsDBNull(6) ? null : reader.GetString(6),
            Stream = reader.GetString(7),
            Partition = reader.GetInt16(8) & (OutboxMessage.PartitionCount - 1),
            OccurredAt = default,
        },
        Blocked(reader),
        Damage: $"One of its times cannot be read: {exception.Message}");

    private static string[] Blocked(NpgsqlDataReader reader) => reader.IsDBNull(FieldCount - 1) ? [] : reader.GetFieldValue<string[]>(FieldCount - 1);
}
