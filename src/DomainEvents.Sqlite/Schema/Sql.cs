namespace DomainEvents.Sqlite;

/// <summary>What several statements have in common.</summary>
internal static class Sql
{
    /// <summary>
    /// The clock of the database, as ticks of UTC: good to the millisecond. The number is the Julian day of 0001-01-01. Within one statement
    /// it stands still. Short, as every INSERT of the application has it compiled in.
    /// </summary>
    public const string Now = "cast((julianday('now') - 1721425.5) * 864000000000 as integer)";

    /// <summary>The columns of an event.</summary>
    public const string Columns = "position, partition, stream, event_type, version, event_id, occurred_at, stored_at, tenant_id, metadata, payload";
}
