using System.Reflection;
using Xunit.Sdk;

namespace DomainEvents.Tests.Databases;

/// <summary>Runs a theory on one database, synchronously and asynchronously.</summary>
public abstract class DatabaseDataAttribute(DatabaseKind kind) : DataAttribute
{
    public override IEnumerable<object[]> GetData(MethodInfo testMethod) =>
        [[kind, How.Synchronously], [kind, How.Asynchronously]];
}

[AttributeUsage(AttributeTargets.Method)]
public sealed class SqliteDataAttribute() : DatabaseDataAttribute(DatabaseKind.Sqlite);

[AttributeUsage(AttributeTargets.Method)]
public sealed class PostgreSqlDataAttribute : DatabaseDataAttribute
{
    public PostgreSqlDataAttribute()
        : base(DatabaseKind.PostgreSql) => Skip = PostgreSqlServer.ReasonToSkip;
}
