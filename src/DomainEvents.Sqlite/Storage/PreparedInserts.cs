using System.Data;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;

namespace DomainEvents.Sqlite.Storage;

/// <summary>A statement for each open connection of the application, prepared once: that halves what an event adds to a commit. Thread-safe.</summary>
internal sealed class PreparedInserts
{
    private readonly ConditionalWeakTable<SqliteConnection, SqliteCommand> _commands = [];

    public SqliteCommand For(SqliteConnection connection) => _commands.GetValue(connection, Create);

    private SqliteCommand Create(SqliteConnection connection)
    {
        connection.StateChange += Forget;
        return InsertStatement.For(connection);
    }

    /// <summary>
    /// A connection that is closed lets go of its commands once, and when it is opened again it does not know them: they would go on
    /// with the database handle from before.
    /// </summary>
    private void Forget(object sender, StateChangeEventArgs change)
    {
        if (change.CurrentState == ConnectionState.Closed && sender is SqliteConnection connection)
        {
            connection.StateChange -= Forget;
            if (_commands.TryGetValue(connection, out var command))
            {
                _commands.Remove(connection);
                command.Dispose();
            }
        }
    }
}
