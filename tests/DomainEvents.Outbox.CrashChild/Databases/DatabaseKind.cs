namespace DomainEvents.Outbox.CrashChild.Databases;

internal enum DatabaseKind
{
    PostgreSql,
    Sqlite,
}
