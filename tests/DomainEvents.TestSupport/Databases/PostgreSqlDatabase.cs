using System.Data.Common;
using Npgsql;

namespace DomainEvents.TestSupport.Databases;

/// <summary>A table of its own on the PostgreSQL server, and a pool of connections of its own.</summary>
public sealed class PostgreSqlDatabase : TestDatabase
{
    private readonly NpgsqlDataSource _dataSource = NpgsqlDataSource.Create(PostgreSqlServer.ConnectionString);

    public override string Table { get; } = $"orders_{Guid.NewGuid():N}";

    public override DbConnection CreateConnection() => _dataSource.CreateConnection();

    /// <summary>Ends the server's side of a connection, and returns when the server process is gone.</summary>
    public async Task KillAsync(NpgsqlConnection connection)
    {
        if (await ExecuteAsync($"SELECT pg_terminate_backend({connection.ProcessID}, 30000)") is not true)
        {
            throw new InvalidOperationException($"The server process {connection.ProcessID} did not end within thirty seconds.");
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await ExecuteAsync($"DROP TABLE IF EXISTS {Table} CASCADE");
        await _dataSource.DisposeAsync();
    }
}
