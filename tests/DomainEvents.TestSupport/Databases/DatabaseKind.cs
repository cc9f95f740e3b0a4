namespace DomainEvents.TestSupport.Databases;

/// <summary>The databases that tests run on.</summary>
public enum DatabaseKind
{
    Sqlite,
    PostgreSql,
}
