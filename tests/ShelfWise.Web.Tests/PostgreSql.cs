namespace ShelfWise.Tests;

/// <summary>The server that <c>test.sh</c> starts, or that the environment names.</summary>
internal static class PostgreSql
{
    private const string Variable = "DOMAIN_EVENTS_POSTGRES";

    public static string ConnectionString =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } connectionString
            ? connectionString
            : throw new InvalidOperationException(
                $"The environment variable {Variable} names no PostgreSQL server, and DOMAIN_EVENTS_REQUIRE_SERVERS demands one.");

    /// <summary><see langword="null"/> where the tests run, and where they must run.</summary>
    public static string? ReasonToSkip =>
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable))
        && Environment.GetEnvironmentVariable("DOMAIN_EVENTS_REQUIRE_SERVERS") != "1"
            ? $"No PostgreSQL server: set {Variable} to a connection string, or run ./test.sh."
            : null;
}

/// <summary>A test that needs a PostgreSQL server; skipped where there is none, unless servers are required.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PostgreSqlFactAttribute : FactAttribute
{
    public PostgreSqlFactAttribute() => Skip = PostgreSql.ReasonToSkip;
}

/// <inheritdoc cref="PostgreSqlFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PostgreSqlTheoryAttribute : TheoryAttribute
{
    public PostgreSqlTheoryAttribute() => Skip = PostgreSql.ReasonToSkip;
}
