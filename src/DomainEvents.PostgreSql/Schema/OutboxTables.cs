using System.Text;
using DomainEvents.Outbox;

namespace DomainEvents.PostgreSql;

/// <summary>The names of the tables, ready to be put into SQL.</summary>
internal sealed class OutboxTables
{
    /// <summary>NAMEDATALEN - 1: PostgreSQL cuts a longer name off, and another schema might be meant then.</summary>
    private const int MaxNameBytes = 63;

    /// <summary>One more than a registered type may have: what is cut off there goes into an index, and is no type that anybody knows.</summary>
    public const int IndexedTypeLength = 201;

    public OutboxTables(string? schema)
    {
        if (schema is not null && (schema.Length == 0 || schema.Contains('\0', StringComparison.Ordinal) || Encoding.UTF8.GetByteCount(schema) > MaxNameBytes))
        {
            throw new ArgumentException(
                $"{nameof(OutboxOptions)}.{nameof(OutboxOptions.Schema)} must be null, or the name of a schema: 1 to {MaxNameBytes} bytes of UTF-8, without the character zero.",
                nameof(schema));
        }

        SchemaName = schema;
        Schema = schema is null ? null : Quoted(schema);
        var prefix = Schema is null ? "" : Schema + ".";
        Outbox = prefix + "domain_event_outbox";
        Delivery = prefix + "domain_event_delivery";
        Partition = prefix + "domain_event_partition";
        Relay = prefix + "domain_event_relay";
        Handler = prefix + "domain_event_handler";
        Log = prefix + "domain_event_log";
        Checkpoint = prefix + "domain_event_checkpoint";
        Inbox = prefix + "domain_event_inbox";
    }

    /// <summary>As it was given; <see langword="null"/> for what the search path says.</summary>
    public string? SchemaName { get; }

    /// <summary>Quoted.</summary>
    public string? Schema { get; }

    /// <summary>What is not handled yet: hot and small.</summary>
    public string Outbox { get; }

    /// <summary>What is left of handled events for handlers that failed, or wait.</summary>
    public string Delivery { get; }

    /// <summary>Who owns which partition.</summary>
    public string Partition { get; }

    /// <summary>The relays that are there.</summary>
    public string Relay { get; }

    /// <summary>What relays announce.</summary>
    public string Handler { get; }

    /// <summary>Handled events.</summary>
    public string Log { get; }

    /// <summary>How far projections are.</summary>
    public string Checkpoint { get; }

    /// <summary>What was received before.</summary>
    public string Inbox { get; }

    public IEnumerable<string> All => [Outbox, Delivery, Partition, Relay, Handler, Log, Checkpoint, Inbox];

    /// <summary>The columns of an event that its row has in the outbox and in the log.</summary>
    public static string Columns(string alias) => string.Join(", ", ColumnNames.Select(name => $"{alias}.{name}"));

    private static readonly string[] ColumnNames =
        ["position", "event_id", "event_type", "version", "payload", "metadata", "tenant_id", "stream", "partition", "occurred_at", "stored_at"];

    /// <summary>The same, bare.</summary>
    public static string ColumnList { get; } = string.Join(", ", ColumnNames);

    private static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
