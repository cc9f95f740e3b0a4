using DomainEvents.Outbox.Conformance;

namespace DomainEvents.Sqlite.Tests;

/// <summary>What a relay reads from the outbox.</summary>
public sealed class SqliteReadTests : ReadFacts
{
    protected override Task<OutboxDatabase> CreateDatabaseAsync() => Task.FromResult<OutboxDatabase>(new SqliteOutboxDatabase());
}
