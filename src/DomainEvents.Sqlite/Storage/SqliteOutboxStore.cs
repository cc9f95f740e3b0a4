using System.Data.Common;
using DomainEvents.Outbox;
using DomainEvents.Sqlite.Connections;
using Microsoft.Data.Sqlite;

namespace DomainEvents.Sqlite.Storage;

/// <summary>The outbox in SQLite: events come in by the transactions of the application, or by its own.</summary>
internal sealed partial class SqliteOutboxStore : IOutboxStore, IDisposable
{
    private readonly PreparedInserts _inserts = new();
    private readonly DatabaseFile _file;
    private readonly OutboxOptions _options;
    private readonly Sessions _sessions;

    public SqliteOutboxStore(DatabaseFile file, OutboxOptions options)
    {
        DatabaseFile.Check(options);
        (_file, _options, _sessions) = (file, options, new Sessions(file));
    }

    public bool Accepts(DbConnection connection) => connection is SqliteConnection;

    public void AddInsert(DbCommand command, IReadOnlyList<OutboxMessage> messages)
    {
        if (command is not SqliteCommand own)
        {
            throw new ArgumentException($"The outbox is in SQLite, and {command.GetType()} is of another database.", nameof(command));
        }

        if (messages.Count == 1)
        {
            InsertStatement.Append(own, messages[0]);
        }
        else if (messages.Count > 1)
        {
            BatchInsertStatement.Append(own, messages);
        }
    }

    public async ValueTask WriteAsync(
        IReadOnlyList<OutboxMessage> messages, DbTransaction? transaction, bool synchronous, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (messages.Count == 0)
        {
            return;
        }

        if (transaction is not null)
        {
            Write(messages, transaction);
        }
        else if (synchronous)
        {
            _sessions.Write(session => Write(session, messages));
        }
        else
        {
            await _sessions.WriteAsync(session => Write(session, messages), cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose() => _sessions.Dispose();

    private static int Write(Session session, IReadOnlyList<OutboxMessage> messages)
    {
        foreach (var message in messages)
        {
            session.Execute(InsertStatement.Text, InsertStatement.Values(message));
        }

        return messages.Count;
    }

    private void Write(IReadOnlyList<OutboxMessage> messages, DbTransaction transaction)
    {
        if (transaction is not SqliteTransaction own)
        {
            throw new ArgumentException($"The outbox is in SQLite, and {transaction.GetType()} is of another database.", nameof(transaction));
        }

        var connection = own.Connection ?? throw new InvalidOperationException("The transaction is over, so no event can be written in it.");
        var command = _inserts.For(connection);
        try
        {
            command.Transaction = own;
            foreach (var message in messages)
            {
                InsertStatement.Bind(command, message);
                command.ExecuteNonQuery();
            }
        }
        catch (SqliteException exception)
        {
            throw SqliteErrors.Explained(exception, _file.Name);
        }
        finally
        {
            command.Transaction = null;
        }
    }
}
