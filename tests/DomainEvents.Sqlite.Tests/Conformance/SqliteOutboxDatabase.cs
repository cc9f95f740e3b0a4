using System.Data.Common;
using System.Globalization;
using DomainEvents.Outbox;
using DomainEvents.Outbox.Conformance;
using DomainEvents.Sqlite.Connections;
using DomainEvents.Sqlite.Schema;
using DomainEvents.Sqlite.Storage;
using DomainEvents.TestSupport.Databases;
using Microsoft.Data.Sqlite;

namespace DomainEvents.Sqlite.Tests;

/// <summary>SQLite in a folder of its own.</summary>
internal sealed class SqliteOutboxDatabase : OutboxDatabase
{
    private readonly string _folder = Directory.CreateTempSubdirectory("domain-events-").FullName;
    private readonly List<SqliteOutboxStore> _stores = [];
    private int _links;

    static SqliteOutboxDatabase() => SqliteLibrary.Initialize();

    /// <summary>A database with the tables.</summary>
    public static async Task<SqliteOutboxDatabase> CreateAsync()
    {
        var database = new SqliteOutboxDatabase();
        await database.CreateSchema().EnsureCreatedAsync();
        return database;
    }

    /// <summary>Whether each store and schema knows the file by a name of its own, so that they share nothing, as those of other processes.</summary>
    public bool IsForeign { get; init; }

    public string File => Path.Combine(_folder, "outbox.db");

    public string ConnectionString => $"Data Source={File};Pooling=False";

    public override IReadOnlyList<string> Damages =>
    [
        "event_id = 'no uuid'", "event_id = x'00'", "version = 'two'", "version = 0", "occurred_at = 'yesterday'", "occurred_at = -1",
        "stored_at = 1.5", "tenant_id = x'ff'", "metadata = x'ff00'",
        "partition = 71", "partition = -57", "partition = 9007199254740999",
    ];

    public override SqliteOutboxStore CreateStore(Action<OutboxOptions>? configure = null) => CreateStore(NextFile(), configure);

    public SqliteOutboxStore CreateStore(DatabaseFile file, Action<OutboxOptions>? configure = null)
    {
        var options = new OutboxOptions();
        configure?.Invoke(options);
        var store = new SqliteOutboxStore(file, options);
        lock (_stores)
        {
            _stores.Add(store);
        }

        return store;
    }

    public override IOutboxSchema CreateSchema(Action<OutboxOptions>? configure = null)
    {
        var options = new OutboxOptions();
        configure?.Invoke(options);
        return new SqliteOutboxSchema(NextFile(), options);
    }

    public override DbConnection CreateConnection() => new SqliteConnection(ConnectionString);

    public override string FromNow(TimeSpan distance) => string.Create(CultureInfo.InvariantCulture, $"{Sql.Now} + {distance.Ticks}");

    public override async Task<string> DescribeAsync()
    {
        await using var connection = await OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT type || ' ' || name || ': ' || coalesce(sql, '') FROM sqlite_master WHERE name <> 'orders' ORDER BY 1";
        var lines = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            lines.Add(reader.GetString(0));
        }

        return string.Join('\n', lines);
    }

    public override ValueTask DisposeAsync()
    {
        foreach (var store in _stores)
        {
            store.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
        return default;
    }

    private DatabaseFile NextFile() => new(IsForeign ? $"Data Source={NextLink()}" : ConnectionString);

    private string NextLink()
    {
        var link = Path.Combine(_folder, $"link-{Interlocked.Increment(ref _links)}.db");
        System.IO.File.CreateSymbolicLink(link, File);
        return link;
    }
}
