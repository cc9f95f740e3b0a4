using System.Globalization;
using DomainEvents.Outbox.CrashChild.Databases;
using DomainEvents.TestSupport.Databases;
using Npgsql;
using DatabaseKind = DomainEvents.Outbox.CrashChild.Databases.DatabaseKind;

namespace DomainEvents.Outbox.Crash.Tests.Runs;

/// <summary>The place of a run's tables: a file, a schema of the tests' server, or a server of its own, which is somebody else's.</summary>
internal sealed class RunDatabase : IAsyncDisposable
{
    private readonly PostgreSqlDatabase? _schema;
    private readonly string? _file;

    private RunDatabase(DatabaseKind kind, string connectionString, PostgreSqlDatabase? schema = null, string? file = null)
    {
        (Kind, ConnectionString, _schema, _file) = (kind, connectionString, schema, file);
        Orders = kind == DatabaseKind.Sqlite
            ? new SqliteOrders(connectionString)
            : new PostgreSqlOrders($"{connectionString};Pooling=false", "crash tests"); // a server that was restarted knows none of a pool
    }

    public DatabaseKind Kind { get; }

    public string ConnectionString { get; }

    public OrderDatabase Orders { get; }

    public static async Task<RunDatabase> CreateAsync(DatabaseKind kind)
    {
        if (kind == DatabaseKind.Sqlite)
        {
            // In memory where that is a folder: who dies is the process, and the disk's time is saved.
            var folder = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
            var file = Path.Combine(folder, $"domain-events-crash-{Guid.NewGuid():N}.db");
            return new RunDatabase(kind, $"Data Source={file}", file: file);
        }

        var schema = (PostgreSqlDatabase)await TestDatabase.CreateAsync(TestSupport.Databases.DatabaseKind.PostgreSql);

        // The server stays up, and whether it has synced is nothing to those who die: it is the disk's time that is saved.
        var connectionString = new NpgsqlConnectionStringBuilder(schema.ConnectionString)
        {
            Options = "-c synchronous_commit=off",
        }.ConnectionString;
        return new RunDatabase(kind, connectionString, schema);
    }

    public static RunDatabase On(string server) => new(DatabaseKind.PostgreSql, server);

    public async Task<long> CountAsync(string table) => Convert.ToInt64(await Orders.ExecuteAsync($"SELECT COUNT(*) FROM {table}"), CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        await Orders.DisposeAsync();
        if (_schema is not null)
        {
            await _schema.DisposeAsync();
        }

        if (_file is not null)
        {
            File.Delete(_file);
            File.Delete($"{_file}-wal");
            File.Delete($"{_file}-shm");
        }
    }
}
