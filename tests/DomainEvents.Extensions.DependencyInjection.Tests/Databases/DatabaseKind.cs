namespace DomainEvents.Tests.Databases;

public enum DatabaseKind
{
    Sqlite,
    PostgreSql,
}
