using DomainEvents.Outbox.Conformance;
using DomainEvents.TestSupport.Databases;

namespace DomainEvents.PostgreSql.Tests.Conformance;

/// <summary>Skipped where there is no server, unless servers are required.</summary>
public sealed class PostgreSqlStoreTestsAttribute : StoreTestsAttribute
{
    public override string? ReasonToSkip => PostgreSqlServer.ReasonToSkip;
}
