using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace DomainEvents.Sqlite.Connections;

/// <summary>An open connection with its statements, each prepared once. Used by one caller at a time.</summary>
internal sealed class Session(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> _commands = [];

    /// <summary>Begins a transaction that only reads. In WAL mode nobody is in its way.</summary>
    public void Begin() => Execute("begin");

    /// <summary>Begins one that writes, when no other connection does any more. Throws if it fails for another reason, or the time is over.</summary>
    public void BeginToWrite(TimeSpan timeout)
    {
        for (var wait = new BusyWait(timeout); !TryBeginToWrite(wait.TryNext(out var pause));)
        {
            using var nobody = new ManualResetEventSlim(); // whoever calls this cannot await
            nobody.Wait(pause);
        }
    }

    /// <inheritdoc cref="BeginToWrite"/>
    public async ValueTask BeginToWriteAsync(TimeSpan timeout)
    {
        for (var wait = new BusyWait(timeout); !TryBeginToWrite(wait.TryNext(out var pause));)
        {
            await Task.Delay(pause, TimeProvider.System, CancellationToken.None).ConfigureAwait(false);
        }
    }

    // Not by a command, which would wait in the provider's way.
    private bool TryBeginToWrite(bool mayWait)
    {
        var code = raw.sqlite3_exec(connection.Handle, "begin immediate");
        if (code == raw.SQLITE_OK)
        {
            return true;
        }

        if (!BusyWait.IsBusy(code) || !mayWait)
        {
            SqliteException.ThrowExceptionForRC(code, connection.Handle);
        }

        return false;
    }

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
