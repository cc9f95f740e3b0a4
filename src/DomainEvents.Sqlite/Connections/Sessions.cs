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
    public T Read<T>(Func<Session, T> work) => RunNow(static session => session.Begin(), work);

    /// <summary>Runs a transaction that writes, when its turn has come.</summary>
    public T Write<T>(Func<Session, T> work)
    {
        file.Gate.Enter();
        try
        {
            return RunNow(session => session.BeginToWrite(file.Timeout), work);
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
            return await RunAsync(session => session.BeginToWriteAsync(file.Timeout), work).ConfigureAwait(false);
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

    private Session Take()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        try
        {
            return _idle.TryTake(out var idle) ? idle : new Session(file.Open());
        }
        catch (SqliteException exception)
        {
            throw SqliteErrors.Explained(exception, file.Name);
        }
    }

    private T RunNow<T>(Action<Session> begin, Func<Session, T> work)
    {
        var completed = RunAsync(Begin, work);
        return completed.AsTask().GetAwaiter().GetResult();

        ValueTask Begin(Session session)
        {
            begin(session);
            return default;
        }
    }

    private async ValueTask<T> RunAsync<T>(Func<Session, ValueTask> begin, Func<Session, T> work)
    {
        var session = Take();
        T result;
        try
        {
            await begin(session).ConfigureAwait(false);
            result = work(session);
            session.Commit();
        }
        catch (SqliteException exception)
        {
            session.Dispose();
            throw SqliteErrors.Explained(exception, file.Name);
        }
        catch
        {
            session.Dispose();
            throw;
        }

        Keep(session);
        return result;
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
