using DomainEvents.Outbox.Conformance;

namespace DomainEvents.Sqlite.Tests;

/// <summary>The tables.</summary>
public sealed class SqliteSchemaTests : SchemaFacts
{
    protected override Task<OutboxDatabase> CreateDatabaseAsync() => Task.FromResult<OutboxDatabase>(new SqliteOutboxDatabase());
}
