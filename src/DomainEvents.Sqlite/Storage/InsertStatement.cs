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
        "insert into domain_event_outbox (partition, stream, event_type, version, event_id, occurred_at, tenant_id, metadata, payload) values ";

    private const string Prefix = "@domain_event";
    private static readonly string[] Names = NamesBehind(0);

    /// <summary>With parameters for <see cref="Bind"/> or <see cref="Values"/>.</summary>
    public static string Text { get; } = Into + Row(Names);

    /// <summary>The statement by itself, to be run again and again.</summary>
    public static SqliteCommand For(SqliteConnection connection)
    {
        var command = connection.CreateCommand();
        command.CommandText = Text;
        foreach (var name in Names)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        }

        return command;
    }

    public static void Bind(SqliteCommand command, OutboxMessage message)
    {
        for (var index = 0; index < Names.Length; index++)
        {
            command.Parameters[index].Value = Value(message, index);
        }
    }

    public static (string Name, object? Value)[] Values(OutboxMessage message) => [.. Names.Select((name, index) => (name, (object?)Value(message, index)))];

    /// <summary>Puts it behind what a command has.</summary>
    public static void Append(SqliteCommand command, OutboxMessage message)
    {
        var names = NamesBehind(command.Parameters.Count);
        command.CommandText = Behind(command.CommandText) + Into + Row(names);
        for (var index = 0; index < names.Length; index++)
        {
            command.Parameters.Add(new SqliteParameter(names[index], Value(message, index)));
        }
    }

    /// <summary>A text, ended whatever it ends with, a comment perhaps.</summary>
    public static string Behind(string text) => text.Length == 0 ? text : text + "\n;\n";

    private static object Value(OutboxMessage message, int column) => column switch
    {
        0 => message.Partition,
        1 => message.Stream,
        2 => message.EventType,
        3 => message.Version,
        4 => message.EventId.ToString("D"),
        5 => message.OccurredAt.UtcTicks,
        6 => (object?)message.TenantId ?? DBNull.Value,
        7 => (object?)message.Metadata ?? DBNull.Value,
        _ => message.Payload.ToArray(),
    };

    /// <summary>As many parameters as a command has, so many names are taken at most.</summary>
    private static string[] NamesBehind(int count) =>
        [.. Enumerable.Range(count, 9).Select(number => string.Create(CultureInfo.InvariantCulture, $"{Prefix}_{number}"))];

    private static string Row(string[] names) => $"({string.Join(", ", names[..^1])}, cast({names[^1]} as text))";
}
