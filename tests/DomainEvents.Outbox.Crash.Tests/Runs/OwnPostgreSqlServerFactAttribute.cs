namespace DomainEvents.Outbox.Crash.Tests.Runs;

/// <summary>A test that starts a PostgreSQL server and restarts it; skipped where there is none, unless servers are required.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OwnPostgreSqlServerFactAttribute : FactAttribute
{
    public OwnPostgreSqlServerFactAttribute() => Skip = OwnPostgreSqlServer.ReasonToSkip;
}
