using System.Data.Common;
using System.Globalization;

namespace DomainEvents.TestSupport.Databases;

/// <summary>A real database with one table, <c>orders(id)</c>, of the test's own.</summary>
public abstract class TestDatabase : IAsyncDisposable
{
    public const string Table = "orders";

    public static async Task<TestDatabase> CreateAsync(DatabaseKind kind)
    {
        TestDatabase database = kind == DatabaseKind.Sqlite ? new SqliteDatabase() : new PostgreSqlDatabase();
        await database.PrepareAsync();
        await database.ExecuteAsync($"CREATE TABLE {Table} (id INT PRIMARY KEY)");
        return database;
    }

    public abstract DbConnection CreateConnection();

    public async Task<DbConnection> OpenAsync()
    {
        var connection = CreateConnection();
        await connection.OpenAsync();
        return connection;
    }

    public Task InsertAsync(DbConnection connection, int id, DbTransaction? transaction = null) =>
        ExecuteAsync(connection, $"INSERT INTO {Table} VALUES ({id})", transaction);

    public static async Task<object?> ExecuteAsync(DbConnection connection, string sql, DbTransaction? transaction = null)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        return await command.ExecuteScalarAsync();
    }

    public async Task<object?> ExecuteAsync(string sql)
    {
        await using var connection = await OpenAsync();
        return await ExecuteAsync(connection, sql);
    }

    /// <summary>How many rows others see, that is how many are committed.</summary>
    public async Task<int> CountAsync() =>
        Convert.ToInt32(await ExecuteAsync($"SELECT COUNT(*) FROM {Table}"), CultureInfo.InvariantCulture);

    /// <summary>Makes the place for the table.</summary>
    protected virtual Task PrepareAsync() => Task.CompletedTask;

    public abstract ValueTask DisposeAsync();
}
