using DomainEvents.Outbox.Conformance;

namespace DomainEvents.Sqlite.Tests;

/// <summary>How events leave the outbox.</summary>
public sealed class SqliteAcknowledgementTests : AcknowledgementFacts
{
    protected override Task<OutboxDatabase> CreateDatabaseAsync() => Task.FromResult<OutboxDatabase>(new SqliteOutboxDatabase());
}
