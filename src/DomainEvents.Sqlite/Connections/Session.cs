using Microsoft.Data.Sqlite;

namespace DomainEvents.Sqlite.Connections;

/// <summary>An open connection with its statements, each prepared once. Used by one caller at a time.</summary>
internal sealed class Session(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> _commands = [];

    public void Begin(bool writes) => Execute(writes ? "begin immediate" : "begin");

    public void Commit() => Execute("commit");

    /// <summary>The clock of the database: ticks of UTC, as all times in the tables.</summary>
    public long Now() => Scalar($"select {Sql.Now}") ?? throw new InvalidOperationException("SQLite has no clock.");

    /// <summary>Runs a statement, and says how many rows it has changed.</summary>
    public int Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> values) => Prepare(sql, values).ExecuteNonQuery();

    /// <summary>The first number that a statement gives, if it gives one.</summary>
    public long? Scalar(string sql, params ReadOnlySpan<(string Name, object? Value)> values) => Prepare(sql, values).ExecuteScalar() as long?;

    /// <summary>Runs a statement; the same one not again before its reader is disposed of.</summary>
    public SqliteDataReader Read(string sql, params ReadOnlySpan<(string Name, object? Value)> values) => Prepare(sql, values).ExecuteReader();

    public void Dispose()
    {
        foreach (var command in _commands.Values)
        {
            command.Dispose();
        }

        connection.Dispose(); // and with it what was not committed
    }

    private SqliteCommand Prepare(string sql, ReadOnlySpan<(string Name, object? Value)> values)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            foreach (var (name, _) in values)
            {
                command.Parameters.Add(new SqliteParameter { ParameterName = name });
            }

            _commands.Add(sql, command);
        }

        for (var index = 0; index < values.Length; index++)
        {
            command.Parameters[index].Value = values[index].Value ?? DBNull.Value;
        }

        return command;
    }
}
