using DomainEvents.Outbox;
using Microsoft.Data.Sqlite;

namespace DomainEvents.Sqlite.Connections;

/// <summary>Which database, and how it is opened. Immutable.</summary>
internal sealed class DatabaseFile
{
    private readonly string _connectionString;
    public DatabaseFile(string connectionString)
    {
        // Prepared statements live as long as their connection, so it is kept here and not in the provider's pool, which also
        // would hold the file when everything here is disposed of.
        var builder = new SqliteConnectionStringBuilder(connectionString) { Pooling = false };
        var isInMemory = builder.Mode == SqliteOpenMode.Memory || builder.DataSource is "" or ":memory:";
        if (isInMemory && (builder.Cache != SqliteCacheMode.Shared || builder.DataSource.Length == 0))
        {
            throw new ArgumentException(
                "The connection string means a database in memory that each connection has for itself, so the outbox would not see the " +
                "data of the application. Name a file; in tests, \"Data Source=a-name;Mode=Memory;Cache=Shared\" is shared by all connections of the process.",
                nameof(connectionString));
        }

        _connectionString = builder.ConnectionString;
        Timeout = TimeSpan.FromSeconds(builder.DefaultTimeout);
        Name = builder.DataSource;
        Gate = WriteGate.Of(isInMemory ? $"memory:{Name}" : Path.GetFullPath(Name));
    }

    /// <summary>As the application calls it.</summary>
    public string Name { get; }

    public WriteGate Gate { get; }

    /// <summary>How long to wait for another process that writes.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>The options that SQLite has no answer to are refused when something of the outbox is made, that is at the start.</summary>
    public static void Check(OutboxOptions options)
    {
        if (options.Schema is not null)
        {
            throw new ArgumentException(
                $"OutboxOptions.Schema is \"{options.Schema}\", and SQLite has no schemas. Leave it null, or keep the outbox in another file.", nameof(options));
        }
    }

    public SqliteConnection Open()
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            connection.Open();
            if (Run(connection, "pragma encoding") is string encoding && !string.Equals(encoding, "UTF-8", StringComparison.OrdinalIgnoreCase))
            {
                throw new NotSupportedException($"The database {Name} keeps text as {encoding}. The outbox needs UTF-8, the default of new files.");
            }

            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static object? Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
