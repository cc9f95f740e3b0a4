using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Outbox.CrashChild.Databases;

/// <summary>Orders, the journal of what was done about them, and the outbox: one database.</summary>
internal abstract class OrderDatabase : IAsyncDisposable
{
    public const int Customers = 12;

    /// <summary>SQL of a column that numbers the rows in the order in which they are written.</summary>
    protected abstract string NumberedKey { get; }

    public static OrderDatabase Of(ChildOptions options) => options.Database == DatabaseKind.Sqlite
        ? new SqliteOrders(options.ConnectionString)
        : new PostgreSqlOrders(options.ConnectionString, options.Name);

    public abstract void UseOutbox(DomainEventsBuilder events, Action<OutboxOptions> configure);

    public abstract ValueTask<DbConnection> OpenAsync();

    public async Task<object?> ExecuteAsync(string sql)
    {
        await using var connection = await OpenAsync();
        return await ExecuteAsync(connection, sql);
    }

    public static async Task<object?> ExecuteAsync(DbConnection connection, string sql, DbTransaction? transaction = null)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        return await command.ExecuteScalarAsync();
    }

    public async Task<List<T>> QueryAsync<T>(string sql, Func<DbDataReader, T> read)
    {
        await using var connection = await OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <summary>Makes the tables that are not the outbox's.</summary>
    public virtual Task CreateTablesAsync() => ExecuteAsync(
        $"""
        CREATE TABLE customer (id INT PRIMARY KEY, orders INT NOT NULL);
        INSERT INTO customer VALUES {string.Join(", ", Enumerable.Range(1, Customers).Select(id => $"({id}, 0)"))};
        CREATE TABLE customer_order (event_id TEXT PRIMARY KEY, customer INT NOT NULL, number INT NOT NULL, process TEXT NOT NULL);
        CREATE TABLE journal (
            moment {NumberedKey}, entry TEXT NOT NULL UNIQUE, kind INT NOT NULL, process TEXT NOT NULL,
            partition INT NOT NULL, epoch BIGINT NOT NULL, position BIGINT NOT NULL,
            handling TEXT, event_id TEXT, handler TEXT, customer INT, number INT, interruptions INT);
        """);

    public abstract ValueTask DisposeAsync();
}
