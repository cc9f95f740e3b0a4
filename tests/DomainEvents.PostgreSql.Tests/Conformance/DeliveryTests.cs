using DomainEvents.Outbox.Conformance;

namespace DomainEvents.PostgreSql.Tests.Conformance;

[PostgreSqlStoreTests]
public sealed class DeliveryTests : DeliveryFacts
{
    protected override async Task<OutboxDatabase> CreateDatabaseAsync() => await PostgreSqlOutboxDatabase.CreateAsync();
}
