namespace DomainEvents.TestSupport.Databases;

/// <summary>Runs a theory on PostgreSQL, synchronously and asynchronously; skipped where there is no server, unless servers are required.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PostgreSqlDataAttribute : DatabaseDataAttribute
{
    public PostgreSqlDataAttribute()
        : base(DatabaseKind.PostgreSql) => Skip = PostgreSqlServer.ReasonToSkip;
}
