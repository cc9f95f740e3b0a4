using DomainEvents.Outbox.Conformance;

namespace DomainEvents.Sqlite.Tests;

/// <summary>What is written is what is read.</summary>
public sealed class SqliteRoundTripTests : RoundTripFacts
{
    protected override Task<OutboxDatabase> CreateDatabaseAsync() => Task.FromResult<OutboxDatabase>(new SqliteOutboxDatabase());
}
