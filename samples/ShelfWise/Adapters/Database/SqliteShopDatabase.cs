using System.Data.Common;
using DomainEvents.Outbox;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace ShelfWise.Adapters.Database;

/// <summary>A SQLite file.</summary>
internal sealed class SqliteShopDatabase : ShopDatabase
{
    private readonly string _connectionString;
    private readonly DirectoryInfo? _temporaryFolder;

    private SqliteShopDatabase(string path, DirectoryInfo? temporaryFolder)
    {
        SQLitePCL.Batteries_V2.Init();
        Path = path;
        _temporaryFolder = temporaryFolder;
        _connectionString = new SqliteConnectionStringBuilder { DataSource = path }.ToString();
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    public override string Description => _temporaryFolder is null ? Path : "a temporary SQLite file";

    public override IReadOnlyList<string> Options => ["--database", Path];

    /// <param name="path">A new file to make and keep; <see langword="null"/> for a temporary one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The file exists, or cannot be made.</exception>
    public static async Task<SqliteShopDatabase> CreateAsync(string? path, CancellationToken cancellationToken)
    {
        if (path is not null && System.IO.Path.Exists(path))
        {
            throw new IOException($"{path} exists. Delete it or choose another path: every run starts with an empty shop.");
        }

        var folder = path is null ? Directory.CreateTempSubdirectory("shelfwise-") : null;
        var database = new SqliteShopDatabase(path ?? System.IO.Path.Combine(folder!.FullName, "shelfwise.db"), folder);
        try
        {
            // Readers and the writer do not wait for each other then. The file remembers it.
            await database.ExecuteAsync($"PRAGMA journal_mode = WAL; {Tables.Script}", cancellationToken);
            return database;
        }
        catch (Exception problem)
        {
            await database.DisposeAsync();
            throw problem is SqliteException ? new IOException($"{database.Path} cannot be made: {problem.Message}", problem) : problem;
        }
    }

    /// <summary>A file that another process has made, and deletes.</summary>
    public static SqliteShopDatabase Existing(string path) => new(path, temporaryFolder: null);

    public override DomainEventsBuilder UseOutbox(DomainEventsBuilder events, Action<OutboxOptions> configure) =>
        events.UseSqliteOutbox(_connectionString, configure);

    public override async ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);

            // NORMAL is enough for a log written ahead: a power cut may undo the last commits, but never breaks one apart. And
            // there is one writer at a time: SQLite itself looks again within milliseconds, the provider after 150.
            await using var command = connection.Command("PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 20000");
            await command.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public override ValueTask DisposeAsync()
    {
        // Closed connections stay in the pool, and the file open with them.
        using (var connection = new SqliteConnection(_connectionString))
        {
            SqliteConnection.ClearPool(connection);
        }

        _temporaryFolder?.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
