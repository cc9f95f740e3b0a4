using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace DomainEvents.Transactions.Model;

/// <summary>A table of event numbers in a SQLite database in memory.</summary>
internal sealed class RowTable : IDisposable
{
    private readonly SqliteConnection _connection = new("Data Source=:memory:");
    private SqliteTransaction? _transaction;

    static RowTable() => SQLitePCL.Batteries_V2.Init();

    public RowTable()
    {
        _connection.Open();
        Execute("CREATE TABLE happened (number INTEGER PRIMARY KEY)");
    }

    public DbTransaction Begin() => _transaction = _connection.BeginTransaction();

    public void Insert(int number) => Execute($"INSERT OR IGNORE INTO happened VALUES ({number})");

    public IEnumerable<int> Numbers()
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "SELECT number FROM happened ORDER BY number";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            yield return reader.GetInt32(0);
        }
    }

    public void Dispose()
    {
        _transaction?.Dispose();
        _connection.Dispose();
    }

    private void Execute(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = _transaction is { Connection: not null } ? _transaction : null;
        command.ExecuteNonQuery();
    }
}
