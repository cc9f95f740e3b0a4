using DomainEvents.Outbox.Conformance;

namespace DomainEvents.Sqlite.Tests;

/// <summary>What whoever operates an application sees and does.</summary>
public sealed class SqliteOperationTests : OperationFacts
{
    protected override Task<OutboxDatabase> CreateDatabaseAsync() => Task.FromResult<OutboxDatabase>(new SqliteOutboxDatabase());
}
