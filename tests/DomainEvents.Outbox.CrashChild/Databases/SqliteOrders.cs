using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Outbox.CrashChild.Databases;

internal sealed class SqliteOrders(string connectionString) : OrderDatabase
{
    static SqliteOrders() => SQLitePCL.Batteries_V2.Init();

    protected override string NumberedKey => "INTEGER PRIMARY KEY AUTOINCREMENT";

    public override void UseOutbox(DomainEventsBuilder events, Action<OutboxOptions> configure) =>
        events.UseSqliteOutbox(connectionString, configure);

    public override async ValueTask<DbConnection> OpenAsync()
    {
        var connection = new SqliteConnection(connectionString);
        await connection.OpenAsync();

        // The provider would sleep for 150 ms whenever somebody else writes; what it syncs matters for power failures alone.
        await ExecuteAsync(connection, "PRAGMA busy_timeout = 20000; PRAGMA synchronous = NORMAL");
        return connection;
    }

    public override async Task CreateTablesAsync()
    {
        await ExecuteAsync("PRAGMA journal_mode = WAL");
        await base.CreateTablesAsync();
    }

    public override ValueTask DisposeAsync()
    {
        using var connection = new SqliteConnection(connectionString);
        SqliteConnection.ClearPool(connection);
        return default;
    }
}
