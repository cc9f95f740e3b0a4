using System.Data.Common;
using DomainEvents.TestSupport.Network;
using Npgsql;

namespace DomainEvents.TestSupport.Databases;

/// <summary>A schema of its own on the PostgreSQL server, and a pool of connections of its own.</summary>
public sealed class PostgreSqlDatabase : TestDatabase
{
    private readonly string _schema = $"domain_events_{Guid.NewGuid():N}";

    public PostgreSqlDatabase()
    {
        ConnectionString = new NpgsqlConnectionStringBuilder(PostgreSqlServer.ConnectionString) { SearchPath = _schema }.ConnectionString;
        DataSource = NpgsqlDataSource.Create(ConnectionString);
    }

    /// <summary>For connections that are not made here; names without a schema mean those of this database.</summary>
    public string ConnectionString { get; }

    /// <summary>The pool.</summary>
    public NpgsqlDataSource DataSource { get; }

    /// <summary>A proxy in front of the server; it breaks only connections made with <see cref="ConnectionStringThrough"/>.</summary>
    public Task<LoopbackProxy> StartProxyAsync()
    {
        var server = new NpgsqlConnectionStringBuilder(ConnectionString);
        return LoopbackProxy.StartAsync(server.Host!, server.Port);
    }

    /// <summary>For connections through a proxy: each open makes a new one, and what it says is not encrypted.</summary>
    public string ConnectionStringThrough(LoopbackProxy proxy) => new NpgsqlConnectionStringBuilder(ConnectionString)
    {
        Host = "127.0.0.1",
        Port = proxy.Port,
        Pooling = false,
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString;

    public override DbConnection CreateConnection() => DataSource.CreateConnection();

    /// <summary>Ends the server's side of a connection, and returns when the server process is gone.</summary>
    public async Task KillAsync(NpgsqlConnection connection)
    {
        if (await ExecuteAsync($"SELECT pg_terminate_backend({connection.ProcessID}, 30000)") is not true)
        {
            throw new InvalidOperationException($"The server process {connection.ProcessID} did not end within thirty seconds.");
        }
    }

    protected override Task PrepareAsync() => ExecuteAsync($"CREATE SCHEMA {_schema}");

    public override async ValueTask DisposeAsync()
    {
        await ExecuteAsync($"DROP SCHEMA IF EXISTS {_schema} CASCADE");
        await DataSource.DisposeAsync();
    }
}
