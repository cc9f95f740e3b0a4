using DomainEvents.Outbox.Conformance;

namespace DomainEvents.PostgreSql.Tests.Conformance;

[PostgreSqlStoreTests]
public sealed class WriteTests : WriteFacts
{
    protected override async Task<OutboxDatabase> CreateDatabaseAsync() => await PostgreSqlOutboxDatabase.CreateAsync();
}
