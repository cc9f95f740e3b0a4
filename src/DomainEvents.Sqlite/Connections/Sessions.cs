using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
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
    public T Read<T>(Func<Session, T> work)
    {
        var session = Take();
        try
        {
            session.Begin();
            return Run(session, work);
        }
        catch (Exception exception)
        {
            throw Failed(session, exception);
        }
    }

    /// <summary>Runs a transaction that writes, when its turn has come.</summary>
    public T Write<T>(Func<Session, T> work)
    {
        file.Gate.Enter();
        try
        {
            var session = Take();
            try
            {
                session.BeginToWrite(file.Timeout);
                return Run(session, work);
            }
            catch (Exception exception)
            {
                throw Failed(session, exception);
            }
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
            var session = Take();
            try
            {
                await session.BeginToWriteAsync(file.Timeout).ConfigureAwait(false);
                return Run(session, work);
            }
            catch (Exception exception)
            {
                throw Failed(session, exception);
            }
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

    private T Run<T>(Session session, Func<Session, T> work)
    {
        var result = work(session);
        session.Commit();
        Keep(session);
        return result;
    }

    private Exception Failed(Session session, Exception exception)
    {
        session.Dispose();
        if (exception is SqliteException failure)
        {
            return SqliteErrors.Explained(failure, file.Name);
        }

        ExceptionDispatchInfo.Throw(exception);
        return exception;
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
