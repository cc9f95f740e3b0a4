using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace DomainEvents.Sqlite.Connections;

/// <summary>Runs the transactions of a store, each on a connection that is kept for the next one. Thread-safe.</summary>
internal sealed class Sessions(DatabaseFile file) : IDisposable
{
    // A relay reads, somebody looks at the status, and one writes.
    private const int Kept = 4;
    private readonly ConcurrentBag<Session> _idle = [];
    private volatile bool _isDisposed;

    /// <summary>Runs a transaction that only reads: nobody waits for it.</summary>
    public T Read<T>(Func<Session, T> work) => Run(work, writes: false);

    /// <summary>Runs a transaction that writes, when its turn has come.</summary>
    public T Write<T>(Func<Session, T> work)
    {
        file.Gate.Enter();
        try
        {
            return Run(work, writes: true);
        }
        finally
        {
            file.Gate.Exit();
        }
    }

    /// <inheritdoc cref="Write{T}"/>
    public async ValueTask<T> WriteAsync<T>(Func<Session, T> work, CancellationToken cancellationToken)
    {
        await file.Gate.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return Run(work, writes: true);
        }
        finally
        {
            file.Gate.Exit();
        }
    }

    public void Dispose()
    {
        _isDisposed = true;
        while (_idle.TryTake(out var session))
        {
            session.Dispose();
        }
    }

    private T Run<T>(Func<Session, T> work, bool writes)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        Session? session = null;
        try
        {
            session = _idle.TryTake(out var idle) ? idle : new Session(file.Open());
            session.Begin(writes);
            var result = work(session);
            session.Commit();
            Keep(session);
            return result;
        }
        catch (SqliteException exception)
        {
            session?.Dispose();
            throw SqliteErrors.Explained(exception, file.Name);
        }
        catch
        {
            session?.Dispose();
            throw;
        }
    }

    private void Keep(Session session)
    {
        if (_idle.Count >= Kept)
        {
            session.Dispose();
            return;
        }

        _idle.Add(session);
        if (_isDisposed)
        {
            Dispose();
        }
    }
}
