using System.Globalization;
using System.Text;
using DomainEvents.Outbox;
using Npgsql;
using NpgsqlTypes;

namespace DomainEvents.PostgreSql;

/// <summary>The INSERT of events. Positions are drawn in the order in which its rows stand.</summary>
internal sealed class InsertStatement(OutboxTables tables)
{
    /// <summary>From then on one array a column is less to send and to parse than one parameter a value.</summary>
    private const int MaxValues = 20;

    private readonly string _insert =
        $"insert into {tables.Outbox} (event_id, event_type, version, payload, metadata, tenant_id, stream, partition, occurred_at) ";

    /// <summary>A command of its own.</summary>
    public NpgsqlCommand Command(NpgsqlConnection connection, NpgsqlTransaction? transaction, IReadOnlyList<OutboxMessage> messages)
    {
        var command = new NpgsqlCommand { Connection = connection, Transaction = transaction };
        command.CommandText = Statement(messages, new Positional(command.Parameters));
        return command;
    }

    /// <summary>Behind what a command has.</summary>
    public void AddTo(NpgsqlCommand command, IReadOnlyList<OutboxMessage> messages)
    {
        var statements = command.CommandText;
        var insert = Statement(messages, new Named(command.Parameters));
        command.CommandText = string.IsNullOrWhiteSpace(statements) ? insert : statements + Separator(statements) + insert;
    }

    private string Statement(IReadOnlyList<OutboxMessage> messages, Placeholders placeholders)
    {
        var sql = new StringBuilder(_insert, 256 + (messages.Count <= MaxValues ? messages.Count * 80 : 0));
        if (messages.Count > MaxValues)
        {
            AddArrays(sql, placeholders, messages);
        }
        else
        {
            AddValues(sql, placeholders, messages);
        }

        return sql.ToString();
    }

    private static void AddValues(StringBuilder sql, Placeholders placeholders, IReadOnlyList<OutboxMessage> messages)
    {
        sql.Append("values ");
        for (var row = 0; row < messages.Count; row++)
        {
            var message = messages[row];
            sql.Append(row == 0 ? "(" : ", (");
            placeholders.Add(sql, message.EventId, NpgsqlDbType.Uuid).Append(", ");
            placeholders.Add(sql, message.EventType, NpgsqlDbType.Text).Append(", ");
            placeholders.Add(sql, message.Version, NpgsqlDbType.Integer).Append(", ");
            placeholders.Add(sql, message.Payload, NpgsqlDbType.Text).Append(", ");
            AddText(sql, placeholders, message.Metadata).Append(", ");
            AddText(sql, placeholders, message.TenantId).Append(", ");
            placeholders.Add(sql, message.Stream, NpgsqlDbType.Text).Append(", ");
            placeholders.Add(sql, (short)message.Partition, NpgsqlDbType.Smallint).Append(", ");
            placeholders.Add(sql, message.OccurredAt.UtcDateTime, NpgsqlDbType.TimestampTz).Append(')');
        }
    }

    private static StringBuilder AddText(StringBuilder sql, Placeholders placeholders, string? text) =>
        text is null ? sql.Append("null") : placeholders.Add(sql, text, NpgsqlDbType.Text);

    private static void AddArrays(StringBuilder sql, Placeholders placeholders, IReadOnlyList<OutboxMessage> messages)
    {
        sql.Append("select * from unnest(");
        AddArray(message => message.EventId, NpgsqlDbType.Uuid, "uuid").Append(", ");
        AddArray(message => message.EventType, NpgsqlDbType.Text, "text").Append(", ");
        AddArray(message => message.Version, NpgsqlDbType.Integer, "int").Append(", ");
        AddArray(message => message.Payload, NpgsqlDbType.Text, "text").Append(", ");
        AddArray(message => message.Metadata, NpgsqlDbType.Text, "text").Append(", ");
        AddArray(message => message.TenantId, NpgsqlDbType.Text, "text").Append(", ");
        AddArray(message => message.Stream, NpgsqlDbType.Text, "text").Append(", ");
        AddArray(message => (short)message.Partition, NpgsqlDbType.Smallint, "smallint").Append(", ");
        AddArray(message => message.OccurredAt.UtcDateTime, NpgsqlDbType.TimestampTz, "timestamptz").Append(')');

        StringBuilder AddArray<T>(Func<OutboxMessage, T> select, NpgsqlDbType type, string name)
        {
            var values = new T[messages.Count];
            for (var row = 0; row < values.Length; row++)
            {
                values[row] = select(messages[row]);
            }

            return placeholders.Add(sql, values, NpgsqlDbType.Array | type).Append(CultureInfo.InvariantCulture, $"::{name}[]");
        }
    }

    /// <summary>What ends in a comment may only look as if its last statement were ended.</summary>
    private static string Separator(string statements)
    {
        var end = statements.AsSpan().TrimEnd();
        var lastLine = end[(end.LastIndexOf('\n') + 1)..];
        return end[^1] == ';' && !lastLine.Contains("--", StringComparison.Ordinal) ? "\n" : "\n;\n";
    }

    private abstract class Placeholders(NpgsqlParameterCollection parameters)
    {
        protected NpgsqlParameterCollection Parameters => parameters;

        public abstract StringBuilder Add<T>(StringBuilder sql, T value, NpgsqlDbType type);
    }

    private sealed class Positional(NpgsqlParameterCollection parameters) : Placeholders(parameters)
    {
        public override StringBuilder Add<T>(StringBuilder sql, T value, NpgsqlDbType type)
        {
            Parameters.Add(new NpgsqlParameter<T> { TypedValue = value, NpgsqlDbType = type });
            return sql.Append(CultureInfo.InvariantCulture, $"${Parameters.Count}");
        }
    }

    private sealed class Named(NpgsqlParameterCollection parameters) : Placeholders(parameters)
    {
        public override StringBuilder Add<T>(StringBuilder sql, T value, NpgsqlDbType type)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"domain_event_{Parameters.Count}");
            Parameters.Add(new NpgsqlParameter<T>(name, type) { TypedValue = value });
            return sql.Append('@').Append(name);
        }
    }
}
