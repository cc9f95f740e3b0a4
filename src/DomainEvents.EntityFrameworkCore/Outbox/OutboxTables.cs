using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations.Operations;

namespace DomainEvents.EntityFrameworkCore.Outbox;

/// <summary>The tables of the outbox, as far as a model tells of them: that it has them, and where.</summary>
internal static class OutboxTables
{
    /// <summary>On a model: the name of their schema, or nothing. A change of it lets migrations run the script of the store again.</summary>
    public const string Annotation = "DomainEvents:Outbox";

    // Of all stores.
    private static readonly string[] Names =
    [
        "domain_event_outbox", "domain_event_log", "domain_event_delivery", "domain_event_partition", "domain_event_relay",
        "domain_event_handler", "domain_event_checkpoint", "domain_event_inbox",
    ];

    // Of SQLite alone, which has no schemas.
    private const string SqliteName = "domain_event_position";

    /// <summary>Where a model has them: empty for no particular schema; <see langword="null"/> if it has none.</summary>
    public static string? SchemaOf(IRelationalModel? model) => model?.Model.FindAnnotation(Annotation)?.Value as string;

    public static IEnumerable<MigrationOperation> Drop(string schema)
    {
        foreach (var name in Names)
        {
            yield return new DropTableOperation { Name = name, Schema = schema.Length == 0 ? null : schema, IsDestructiveChange = true };
        }

        if (schema.Length == 0)
        {
            yield return new SqlOperation { Sql = $"drop table if exists {SqliteName}" };
        }
    }
}
