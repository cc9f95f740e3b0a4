using System.Globalization;
using DomainEvents.Outbox;
using Microsoft.Data.Sqlite;

namespace DomainEvents.Sqlite.Storage;

/// <summary>
/// Reads an event from <see cref="Sql.Columns"/>. SQLite keeps any value in any column, so each is looked at: what no event has is told as
/// damage, with the rest as far as it goes.
/// </summary>
internal struct EntryReader(SqliteDataReader reader)
{
    private string? _damage;

    public static (OutboxMessage Message, string? Damage) Read(SqliteDataReader reader)
    {
        var columns = new EntryReader(reader);
        var message = columns.Message();
        return (message, columns._damage is { } damage ? $"The event at position {message.Position} cannot be read: {damage}." : null);
    }

    private OutboxMessage Message() => new()
    {
        Position = reader.GetInt64(0),
        Partition = Number(1) is >= 0 and < OutboxMessage.PartitionCount and var partition ? (int)partition : Damaged(1, Slot(reader.GetInt64(1))),
        Stream = Text(2) ?? "",
        EventType = Text(3) is { Length: > 0 } type ? type : Damaged(3, ""),
        Version = Number(4) is >= 1 and <= int.MaxValue and var version ? (int)version : Damaged(4, 1),
        EventId = Guid.TryParseExact(Text(5), "D", out var id) ? id : Damaged(5, Guid.Empty),
        OccurredAt = Time(6),
        StoredAt = Time(7),
        TenantId = Text(8),
        Metadata = Text(9),
        Payload = reader.GetFieldValue<byte[]>(10),
    };

    /// <summary>The partition whose owner has read it.</summary>
    private static int Slot(long partition) => (int)(partition & (OutboxMessage.PartitionCount - 1));

    private string? Text(int column) => reader.IsDBNull(column) ? null
        : reader.GetFieldType(column) == typeof(string) ? reader.GetString(column)
        : Damaged<string?>(column, null);

    private long? Number(int column) => reader.GetFieldType(column) == typeof(long) ? reader.GetInt64(column) : null;

    private DateTimeOffset Time(int column) =>
        Number(column) is >= 0 and var ticks && ticks <= DateTimeOffset.MaxValue.Ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : Damaged(column, default(DateTimeOffset));

    private T Damaged<T>(int column, T instead)
    {
        var value = Convert.ToString(reader.GetValue(column), CultureInfo.InvariantCulture) ?? "";
        _damage ??= $"its column {reader.GetName(column)} holds {reader.GetFieldType(column).Name} \"{(value.Length > 50 ? value[..50] + "…" : value)}\", which is no event's";
        return instead;
    }
}
