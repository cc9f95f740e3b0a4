using DomainEvents.Outbox;
using Npgsql;
using NpgsqlTypes;

namespace DomainEvents.PostgreSql;

/// <summary>The INSERT of events. Positions are drawn in the order in which its rows stand.</summary>
internal sealed class InsertStatement(OutboxTables tables)
{
    private readonly InsertText _text = new(tables);

    /// <summary>A command of its own.</summary>
    public NpgsqlCommand Command(NpgsqlConnection connection, NpgsqlTransaction? transaction, IReadOnlyList<OutboxMessage> messages)
    {
        var command = new NpgsqlCommand(_text.Positional(messages.Count), connection, transaction);
        AddValues(new Parameters(command.Parameters, names: null), messages);
        return command;
    }

    /// <summary>Behind what a command has.</summary>
    public void AddTo(NpgsqlCommand command, IReadOnlyList<OutboxMessage> messages)
    {
        var statements = command.CommandText;
        var (insert, names) = _text.Named(command.Parameters.Count, messages.Count);
        command.CommandText = string.IsNullOrWhiteSpace(statements) ? insert : statements + Separator(statements) + insert;
        AddValues(new Parameters(command.Parameters, names), messages);
    }

    private static void AddValues(Parameters parameters, IReadOnlyList<OutboxMessage> messages)
    {
        if (messages.Count > InsertText.MaxValues)
        {
            AddArrays(parameters, messages);
            return;
        }

        for (var row = 0; row < messages.Count; row++)
        {
            var message = messages[row];
            parameters.Add(message.EventId, NpgsqlDbType.Uuid);
            parameters.Add(message.EventType, NpgsqlDbType.Text);
            parameters.Add(message.Version, NpgsqlDbType.Integer);
            parameters.Add(message.Payload, NpgsqlDbType.Text);
            parameters.Add(message.Metadata, NpgsqlDbType.Text);
            parameters.Add(message.TenantId, NpgsqlDbType.Text);
            parameters.Add(message.Stream, NpgsqlDbType.Text);
            parameters.Add((short)message.Partition, NpgsqlDbType.Smallint);
            parameters.Add(message.OccurredAt.UtcDateTime, NpgsqlDbType.TimestampTz);
        }
    }

    private static void AddArrays(Parameters parameters, IReadOnlyList<OutboxMessage> messages)
    {
        AddArray(message => message.EventId, NpgsqlDbType.Uuid);
        AddArray(message => message.EventType, NpgsqlDbType.Text);
        AddArray(message => message.Version, NpgsqlDbType.Integer);
        AddArray(message => message.Payload, NpgsqlDbType.Text);
        AddArray(message => message.Metadata, NpgsqlDbType.Text);
        AddArray(message => message.TenantId, NpgsqlDbType.Text);
        AddArray(message => message.Stream, NpgsqlDbType.Text);
        AddArray(message => (short)message.Partition, NpgsqlDbType.Smallint);
        AddArray(message => message.OccurredAt.UtcDateTime, NpgsqlDbType.TimestampTz);

        void AddArray<T>(Func<OutboxMessage, T> select, NpgsqlDbType type)
        {
            var values = new T[messages.Count];
            for (var row = 0; row < values.Length; row++)
            {
                values[row] = select(messages[row]);
            }

            parameters.Add(values, NpgsqlDbType.Array | type);
        }
    }

    /// <summary>What ends in a comment may only look as if its last statement were ended.</summary>
    private static string Separator(string statements)
    {
        var end = statements.AsSpan().TrimEnd();
        var lastLine = end[(end.LastIndexOf('\n') + 1)..];
        return end[^1] == ';' && !lastLine.Contains("--", StringComparison.Ordinal) ? "\n" : "\n;\n";
    }

    /// <summary>By name, or in the order of their positions.</summary>
    private struct Parameters(NpgsqlParameterCollection parameters, string[]? names)
    {
        private int _added;

        public void Add<T>(T value, NpgsqlDbType type)
        {
            var parameter = new NpgsqlParameter<T> { TypedValue = value, NpgsqlDbType = type };
            if (names is not null)
            {
                parameter.ParameterName = names[_added++];
            }

            parameters.Add(parameter);
        }
    }
}
