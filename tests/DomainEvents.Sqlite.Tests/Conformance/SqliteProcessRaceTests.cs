using DomainEvents.Outbox.Conformance;

namespace DomainEvents.Sqlite.Tests;

/// <summary>Several stores that share nothing but the file, as those of several processes.</summary>
public sealed class SqliteProcessRaceTests : RaceFacts
{
    protected override Task<OutboxDatabase> CreateDatabaseAsync() => Task.FromResult<OutboxDatabase>(new SqliteOutboxDatabase { IsForeign = true });
}
