using System.Globalization;
using DomainEvents.Outbox;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace DomainEvents.Sqlite.Storage;

/// <summary>
/// Reads an event from <see cref="Columns"/>. SQLite keeps any value in any column, so each is looked at: what no event has is told as
/// damage, with the rest as far as it goes.
/// </summary>
internal struct EntryReader(SqliteDataReader reader)
{
    /// <summary>Since that version SQLite can tell the length without reading what is that long.</summary>
    private const int OctetLengthVersion = 3_043_000;

    private const int ExcessField = 11;

    /// <summary>More than an id has, or a number written out, and enough to tell what stands there instead.</summary>
    private const int MaxValueBytes = 100;

    private string? _damage;

    /// <summary>What is read, with the parameter <c>@longest</c> for the longest payload: what is too long stays where it is.</summary>
    public static string Columns { get; } =
        $"""
        position, {ShortNumber("partition")}, stream,
        case when {Bytes("event_type")} <= {OutboxRead.MaxTextBytes} then event_type else {EventType("event_type")} end as event_type,
        {ShortNumber("version")}, {EventId("event_id")}, {ShortNumber("occurred_at")}, {ShortNumber("stored_at")},
        case when {Bytes("tenant_id")} <= {OutboxRead.MaxTextBytes} then tenant_id end as tenant_id,
        case when {Bytes("metadata")} <= {OutboxRead.MaxTextBytes} then metadata end as metadata,
        case when {Bytes("payload")} <= @longest then payload end as payload,
        case when {Bytes("payload")} > @longest
            then printf('its payload has %d bytes, and {nameof(OutboxOptions)}.{nameof(OutboxOptions.MaxPayloadBytes)} is %d', {Bytes("payload")}, @longest)
            when {Bytes("metadata")} > {OutboxRead.MaxTextBytes} then printf('{TooLong}', 'metadata', {Bytes("metadata")})
            when {Bytes("tenant_id")} > {OutboxRead.MaxTextBytes} then printf('{TooLong}', 'tenant', {Bytes("tenant_id")}) end
        """;

    private static string TooLong => $"its %s has %d bytes, and at most {OutboxRead.MaxTextBytes} are read";

    /// <summary>The partition whose owner reads an event: what is no number is the first one's.</summary>
    public const string Partition = "case when typeof(partition) = 'integer' then partition & 63 else 0 end";

    /// <summary>The type of an event, or one character more of it than a registered one may have: enough to be none that anybody knows.</summary>
    public static string EventType(string column) => $"substr({column}, 1, 201)";

    /// <summary>The id of an event, unless it is longer than any.</summary>
    public static string EventId(string column) => $"case when {Bytes(column)} <= {MaxValueBytes} then {column} end as event_id";

    public static (OutboxMessage Message, string? Damage) Read(SqliteDataReader reader)
    {
        var columns = new EntryReader(reader);
        var message = columns.Message();
        columns._damage ??= reader.IsDBNull(ExcessField) ? null : reader.GetString(ExcessField);
        return (message, columns._damage is { } damage ? $"The event at position {message.Position} cannot be read: {damage}." : null);
    }

    private OutboxMessage Message() => new()
    {
        Position = reader.GetInt64(0),
        Partition = Number(1) is >= 0 and < OutboxMessage.PartitionCount and var partition ? (int)partition : Damaged(1, Slot(Number(1))),
        Stream = Text(2) ?? "",
        EventType = Text(3) is { Length: > 0 } type ? type : Damaged(3, ""),
        Version = Number(4) is >= 1 and <= int.MaxValue and var version ? (int)version : Damaged(4, 1),
        EventId = Guid.TryParseExact(Text(5), "D", out var id) ? id : Damaged(5, Guid.Empty),
        OccurredAt = Time(6),
        StoredAt = Time(7),
        TenantId = Text(8),
        Metadata = Text(9),
        Payload = reader.IsDBNull(10) ? default : reader.GetFieldValue<byte[]>(10),
    };

    /// <summary>The partition whose owner has read it: <see cref="Partition"/>.</summary>
    private static int Slot(long? partition) => (int)(partition.GetValueOrDefault() & (OutboxMessage.PartitionCount - 1));

    private string? Text(int column) => reader.IsDBNull(column) ? null
        : reader.GetFieldType(column) == typeof(string) ? reader.GetString(column)
        : Damaged<string?>(column, null);

    private long? Number(int column) => reader.GetFieldType(column) == typeof(long) ? reader.GetInt64(column) : null;

    private DateTimeOffset Time(int column) =>
        Number(column) is >= 0 and var ticks && ticks <= DateTimeOffset.MaxValue.Ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : Damaged(column, default(DateTimeOffset));

    /// <summary>A column that has a number, or what else is there. Only that is measured.</summary>
    private static string ShortNumber(string column) =>
        $"case when typeof({column}) = 'integer' or {Bytes(column)} <= {MaxValueBytes} then {column} end as {column}";

    private static string Bytes(string column) =>
        raw.sqlite3_libversion_number() >= OctetLengthVersion ? $"octet_length({column})" : $"length(cast({column} as blob))";

    private T Damaged<T>(int column, T instead)
    {
        _damage ??= $"its column {reader.GetName(column)} holds {Found(column)}, which is no event's";
        return instead;
    }

    private string Found(int column)
    {
        if (reader.IsDBNull(column))
        {
            return $"more than {MaxValueBytes} bytes"; // there is no null in the tables
        }

        var value = Convert.ToString(reader.GetValue(column), CultureInfo.InvariantCulture) ?? "";
        return $"{reader.GetFieldType(column).Name} \"{(value.Length > 50 ? value[..50] + "…" : value)}\"";
    }
}
