using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace DomainEvents.TestSupport.Databases;

/// <summary>SQLite in a file of its own.</summary>
public sealed class SqliteDatabase : TestDatabase
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"domain-events-{Guid.NewGuid():N}.db");

    static SqliteDatabase() => SqliteLibrary.Initialize();

    public override DbConnection CreateConnection() => new SqliteConnection($"Data Source={_file};Pooling=False");

    public override ValueTask DisposeAsync()
    {
        File.Delete(_file);
        return default;
    }
}
