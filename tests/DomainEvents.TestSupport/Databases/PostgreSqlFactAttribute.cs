using Xunit;

namespace DomainEvents.TestSupport.Databases;

/// <summary>A test that needs a PostgreSQL server; skipped where there is none, unless servers are required.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PostgreSqlFactAttribute : FactAttribute
{
    public PostgreSqlFactAttribute() => Skip = PostgreSqlServer.ReasonToSkip;
}
