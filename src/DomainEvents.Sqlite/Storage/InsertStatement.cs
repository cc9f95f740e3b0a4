using System.Globalization;
using DomainEvents.Outbox;
using Microsoft.Data.Sqlite;

namespace DomainEvents.Sqlite.Storage;

/// <summary>
/// The INSERT of one event. The payload goes as bytes and becomes text in SQLite, which keeps text as UTF-8: it is never a string here.
/// </summary>
internal static class InsertStatement
{
    public const string Into =
        "insert into domain_event_outbox (position, partition, stream, event_type, version, event_id, occurred_at, tenant_id, metadata, payload) values ";

    /// <summary>Above all positions that there are, and that there were. Rows behind the first of a statement go without: SQLite counts on.</summary>
    public const string NextPosition = "(select max(position, ifnull((select max(position) from domain_event_outbox), 0)) + 1 from domain_event_position where id = 0)";

    /// <summary>With parameters for <see cref="Bind"/> or <see cref="Values"/>.</summary>
    public const string Text = Into + "(" + NextPosition + ", @partition, @stream, @type, @version, @id, @occurred, @tenant, @metadata, cast(@payload as text))";

    /// <summary>The statement by itself, to be run again and again.</summary>
    public static SqliteCommand For(SqliteConnection connection)
    {
        var command = connection.CreateCommand();
        command.CommandText = Text;
        foreach (var name in (ReadOnlySpan<string>)["@partition", "@stream", "@type", "@version", "@id", "@occurred", "@tenant", "@metadata", "@payload"])
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        }

        return command;
    }

    public static void Bind(SqliteCommand command, OutboxMessage message)
    {
        var values = Values(message);
        for (var index = 0; index < values.Length; index++)
        {
            command.Parameters[index].Value = values[index].Value ?? DBNull.Value;
        }
    }

    public static (string Name, object? Value)[] Values(OutboxMessage message) =>
    [
        ("@partition", message.Partition),
        ("@stream", message.Stream),
        ("@type", message.EventType),
        ("@version", message.Version),
        ("@id", message.EventId.ToString("D")),
        ("@occurred", message.OccurredAt.UtcTicks),
        ("@tenant", message.TenantId),
        ("@metadata", message.Metadata),
        ("@payload", message.Payload.ToArray()),
    ];

    /// <summary>
    /// Puts it behind what a command has. Such a text is prepared for this one time, and each of its parameters is looked for in every
    /// statement of the command: so what is a number goes without.
    /// </summary>
    public static void Append(SqliteCommand command, OutboxMessage message)
    {
        var parameters = command.Parameters;
        command.CommandText = string.Create(
            CultureInfo.InvariantCulture,
            $"{Behind(command.CommandText)}{Into}({NextPosition}, {message.Partition}, {Add(parameters, message.Stream)}, {Add(parameters, message.EventType)}, {message.Version}, {Add(parameters, message.EventId.ToString("D"))}, {message.OccurredAt.UtcTicks}, {Add(parameters, message.TenantId)}, {Add(parameters, message.Metadata)}, cast({Add(parameters, message.Payload.ToArray())} as text))");
    }

    /// <summary>A text, ended whatever it ends with, a comment perhaps.</summary>
    public static string Behind(string text) => text.Length == 0 ? text : text + "\n;\n";

    private static string Add(SqliteParameterCollection parameters, object? value)
    {
        if (value is null)
        {
            return "null";
        }

        // As many names are taken at most as there are parameters.
        var name = string.Create(CultureInfo.InvariantCulture, $"@domain_event_{parameters.Count}");
        parameters.Add(new SqliteParameter(name, value));
        return name;
    }
}
