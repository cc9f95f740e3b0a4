using DomainEvents.Outbox;
using DomainEvents.Sqlite.Connections;
using Microsoft.Data.Sqlite;

namespace DomainEvents.Sqlite.Schema;

/// <summary>The tables in SQLite.</summary>
internal sealed class SqliteOutboxSchema : IOutboxSchema
{
    private readonly DatabaseFile _file;

    public SqliteOutboxSchema(DatabaseFile file, OutboxOptions options)
    {
        DatabaseFile.Check(options);
        _file = file;
    }

    public async ValueTask EnsureCreatedAsync(CancellationToken cancellationToken = default)
    {
        await _file.Gate.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Create();
        }
        catch (SqliteException exception)
        {
            throw SqliteErrors.Explained(exception, _file.Name);
        }
        finally
        {
            _file.Gate.Exit();
        }
    }

    public string Script() => Tables.Script;

    private void Create()
    {
        using var session = new Session(_file.Open());

        // Readers and the writer do not wait for each other then. The file remembers it; not possible within a transaction.
        session.Execute("pragma journal_mode = wal");
        session.BeginToWrite(_file.Timeout);
        session.Execute(Tables.Script);
        session.Commit();
    }
}
