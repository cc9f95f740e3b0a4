using DomainEvents.Outbox;
using Npgsql;

namespace DomainEvents.PostgreSql;

/// <summary>A row of an event, as it is read: <see cref="Columns"/>, and the handlers that are blocked behind it.</summary>
internal static class EventRow
{
    public const int FieldCount = 13;

    private const int ExcessField = 11;
    private const int BlockedField = 12;

    /// <summary>What is too long stays where it is, and is not even looked at: its length stands apart from it.</summary>
    /// <param name="alias">Of the table.</param>
    /// <param name="limit">The parameter that has the longest payload.</param>
    public static string Columns(string alias, string limit) => $"""
        {alias}.position, {alias}.event_id,
        case when octet_length({alias}.event_type) <= {OutboxRead.MaxTextBytes} then {alias}.event_type else left({alias}.event_type, {OutboxTables.IndexedTypeLength}) end,
        {alias}.version, case when octet_length({alias}.payload) <= {limit} then {alias}.payload end,
        {Short(alias, "metadata")}, {Short(alias, "tenant_id")}, {alias}.stream, {alias}.partition, {alias}.occurred_at, {alias}.stored_at,
        case when octet_length({alias}.payload) > {limit}
            then format('Its payload has %s bytes, and {nameof(OutboxOptions)}.{nameof(OutboxOptions.MaxPayloadBytes)} is %s.', octet_length({alias}.payload), {limit})
            when octet_length({alias}.metadata) > {OutboxRead.MaxTextBytes} then format('{TooLong}', 'metadata', octet_length({alias}.metadata))
            when octet_length({alias}.tenant_id) > {OutboxRead.MaxTextBytes} then format('{TooLong}', 'tenant', octet_length({alias}.tenant_id)) end
        """;

    public static OutboxEntry Read(NpgsqlDataReader reader)
    {
        string? damage = null;
        var message = new OutboxMessage
        {
            Position = reader.GetInt64(0),
            EventId = reader.GetGuid(1),
            EventType = reader.GetString(2),
            Version = reader.GetInt32(3),
            Payload = reader.IsDBNull(4) ? default : reader.GetFieldValue<byte[]>(4),
            Metadata = reader.IsDBNull(5) ? null : reader.GetString(5),
            TenantId = reader.IsDBNull(6) ? null : reader.GetString(6),
            Stream = reader.GetString(7),
            Partition = reader.GetInt16(8) & (OutboxMessage.PartitionCount - 1),
            OccurredAt = TimeOf(reader, 9, ref damage),
            StoredAt = TimeOf(reader, 10, ref damage),
        };
        damage ??= !reader.IsDBNull(ExcessField) ? reader.GetString(ExcessField)
            : message.Version < 1 ? $"Its version is {message.Version}, and versions begin with 1."
            : message.EventType.Length == 0 ? "It has no type."
            : message.Partition != reader.GetInt16(8) ? $"Its partition is {reader.GetInt16(8)}, and partitions are 0 to {OutboxMessage.PartitionCount - 1}."
            : null;
        return new OutboxEntry(message, Blocked(reader), Damage: damage);
    }

    // The columns are typed: only times can be such that .NET has none of them.
    private static DateTimeOffset TimeOf(NpgsqlDataReader reader, int column, ref string? damage)
    {
        try
        {
            return reader.GetFieldValue<DateTimeOffset>(column);
        }
        catch (Exception exception) when (exception is InvalidCastException or ArgumentException or OverflowException)
        {
            damage ??= $"One of its times cannot be read: {exception.Message}";
            return default;
        }
    }

    private static string[] Blocked(NpgsqlDataReader reader) => reader.IsDBNull(BlockedField) ? [] : reader.GetFieldValue<string[]>(BlockedField);

    private static string Short(string alias, string column) =>
        $"case when octet_length({alias}.{column}) <= {OutboxRead.MaxTextBytes} then {alias}.{column} end";

    private static string TooLong => $"Its %s has %s bytes, and at most {OutboxRead.MaxTextBytes} are read.";
}
