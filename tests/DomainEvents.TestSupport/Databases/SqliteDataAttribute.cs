namespace DomainEvents.TestSupport.Databases;

/// <summary>Runs a theory on SQLite, synchronously and asynchronously.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SqliteDataAttribute() : DatabaseDataAttribute(DatabaseKind.Sqlite);
