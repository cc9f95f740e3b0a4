using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace ShelfWise.Adapters.Database;

/// <summary>The SQLite file of one run. It is deleted at the end unless it was asked for by name.</summary>
internal sealed class ShopDatabase : IAsyncDisposable
{
    // Money is kept as cents: sums of integers are exact.
    private const string Schema = """
        PRAGMA journal_mode = WAL;
        CREATE TABLE books (
            sku TEXT PRIMARY KEY,
            title TEXT NOT NULL,
            initial_stock INTEGER NOT NULL,
            stock INTEGER NOT NULL CHECK (stock >= 0)
        );
        CREATE TABLE orders (
            id TEXT PRIMARY KEY,
            number TEXT NOT NULL UNIQUE,
            tenant TEXT NOT NULL,
            ordered_on TEXT NOT NULL,
            customer TEXT NOT NULL,
            email TEXT NOT NULL,
            sku TEXT NOT NULL,
            quantity INTEGER NOT NULL CHECK (quantity > 0),
            total_cents INTEGER NOT NULL,
            currency TEXT NOT NULL
        );
        CREATE TABLE sales (
            tenant TEXT NOT NULL,
            currency TEXT NOT NULL,
            orders INTEGER NOT NULL,
            copies INTEGER NOT NULL,
            total_cents INTEGER NOT NULL,
            PRIMARY KEY (tenant, currency)
        );
        CREATE TABLE audit_log (
            event_id TEXT PRIMARY KEY,
            event_type TEXT NOT NULL,
            tenant TEXT,
            occurred_at TEXT NOT NULL,
            body TEXT NOT NULL
        );
        """;

    private readonly string _connectionString;
    private readonly DirectoryInfo? _temporaryFolder;

    private ShopDatabase(string path, DirectoryInfo? temporaryFolder)
    {
        Path = path;
        _temporaryFolder = temporaryFolder;
        _connectionString = new SqliteConnectionStringBuilder { DataSource = path }.ToString();
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Whether the file is deleted at the end.</summary>
    public bool IsTemporary => _temporaryFolder is not null;

    /// <param name="path">A new file to make and keep; <see langword="null"/> for a temporary one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The file exists, or cannot be made.</exception>
    public static async Task<ShopDatabase> CreateAsync(string? path, CancellationToken cancellationToken)
    {
        if (path is not null && System.IO.Path.Exists(path))
        {
            throw new IOException($"{path} exists. Delete it or choose another path: every run starts with an empty shop.");
        }

        SQLitePCL.Batteries_V2.Init();
        var folder = path is null ? Directory.CreateTempSubdirectory("shelfwise-") : null;
        var database = new ShopDatabase(path ?? System.IO.Path.Combine(folder!.FullName, "shelfwise.db"), folder);
        try
        {
            await using var connection = await database.OpenAsync(cancellationToken);
            await using var command = connection.Command(Schema);
            await command.ExecuteNonQueryAsync(cancellationToken);
            return database;
        }
        catch (Exception problem)
        {
            await database.DisposeAsync();
            throw problem is SqliteException ? new IOException($"{database.Path} cannot be made: {problem.Message}", problem) : problem;
        }
    }

    public async ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);

            // Enough for a log written ahead: a power cut may undo the last commits, but never breaks one apart.
            await using var command = connection.Command("PRAGMA synchronous = NORMAL");
            await command.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync()
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
