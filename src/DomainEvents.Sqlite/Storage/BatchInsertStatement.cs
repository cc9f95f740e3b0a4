using System.Globalization;
using System.Text;
using DomainEvents.Outbox;
using Microsoft.Data.Sqlite;

namespace DomainEvents.Sqlite.Storage;

/// <summary>
/// The INSERT of many events. All text goes in one parameter, as UTF-8, and the statement cuts it up: a parameter for each value would run
/// into SQLite's limit, and it looks for their names one by one.
/// </summary>
internal static class BatchInsertStatement
{
    private const int IdLength = 36;

    public static void Append(SqliteCommand command, IReadOnlyList<OutboxMessage> messages)
    {
        var sql = new StringBuilder(InsertStatement.Behind(command.CommandText)).Append(InsertStatement.Into);
        var text = new byte[messages.Sum(Length)];
        var parameter = string.Create(CultureInfo.InvariantCulture, $"@domain_events_{command.Parameters.Count}");
        var writer = new Writer(sql, text, parameter);
        for (var index = 0; index < messages.Count; index++)
        {
            sql.Append(index == 0 ? $"\n({InsertStatement.NextPosition}, " : ",\n(null, ");
            writer.Add(messages[index]);
            sql.Append(')');
        }

        command.CommandText = sql.ToString();
        command.Parameters.Add(new SqliteParameter(parameter, text));
    }

    private static int Length(OutboxMessage message) =>
        IdLength + Length(message.Stream) + Length(message.EventType) + Length(message.TenantId) + Length(message.Metadata) + message.Payload.Length;

    private static int Length(string? text) => text is null ? 0 : Encoding.UTF8.GetByteCount(text);

    private ref struct Writer(StringBuilder sql, byte[] text, string parameter)
    {
        private int _position;

        public void Add(OutboxMessage message)
        {
            sql.Append(CultureInfo.InvariantCulture, $"{message.Partition}, ");
            Add(message.Stream);
            Add(message.EventType);
            sql.Append(CultureInfo.InvariantCulture, $"{message.Version}, ");
            message.EventId.TryFormat(text.AsSpan(_position), out var written);
            Cut(written);
            sql.Append(CultureInfo.InvariantCulture, $"{message.OccurredAt.UtcTicks}, ");
            Add(message.TenantId);
            Add(message.Metadata);
            message.Payload.Span.CopyTo(text.AsSpan(_position));
            Cut(message.Payload.Length);
            sql.Length -= 2;
        }

        private void Add(string? value)
        {
            if (value is null)
            {
                sql.Append("null, ");
            }
            else
            {
                Cut(Encoding.UTF8.GetBytes(value, text.AsSpan(_position)));
            }
        }

        private void Cut(int length)
        {
            sql.Append(CultureInfo.InvariantCulture, $"cast(substr({parameter}, {_position + 1}, {length}) as text), ");
            _position += length;
        }
    }
}
