using System.Transactions;
using Npgsql;

namespace DomainEvents.PostgreSql;

/// <summary>
/// Where the store's own commands run. One connection is kept open between them: a pool resets what it gets back, which costs
/// the server as much as a small batch. Thread-safe.
/// </summary>
internal sealed class StoreConnections(NpgsqlDataSource dataSource) : IAsyncDisposable, IDisposable
{
    private NpgsqlConnection? _kept;
    private volatile bool _isDisposed;

    /// <summary>Runs commands on a connection; after a failure it is not used again.</summary>
    public async ValueTask<TResult> RunAsync<TState, TResult>(
        TState state, Func<NpgsqlConnection, TState, CancellationToken, ValueTask<TResult>> run, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var connection = Interlocked.Exchange(ref _kept, null) ?? await OpenOwnAsync(cancellationToken).ConfigureAwait(false);
        TResult result;
        try
        {
            result = await run(connection, state, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            if (failure is PostgresException exception && MissingTables.Caused(exception))
            {
                throw MissingTables.Explain(exception);
            }

            throw;
        }

        await KeepAsync(connection).ConfigureAwait(false);
        return result;
    }

    /// <summary>One from the pool, to be disposed of. It has no part in an ambient transaction: what the store does is durable when it returns.</summary>
    public NpgsqlConnection Open()
    {
        using var apart = Apart();
        try
        {
            return dataSource.OpenConnection();
        }
        catch (NpgsqlException exception) when (exception.SqlState is null)
        {
            throw new UnreachableException(exception);
        }
    }

    /// <summary>The same.</summary>
    public async ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        using var apart = Apart();
        try
        {
            return await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (NpgsqlException exception) when (exception.SqlState is null)
        {
            throw new UnreachableException(exception);
        }
    }

    public void Dispose()
    {
        _isDisposed = true;
        Interlocked.Exchange(ref _kept, null)?.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        if (Interlocked.Exchange(ref _kept, null) is { } kept)
        {
            await kept.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static TransactionScope Apart() => new(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled);

    /// <summary>For statements that look, behind a lock, at what another one has left: each with a snapshot of its own.</summary>
    private async ValueTask<NpgsqlConnection> OpenOwnAsync(CancellationToken cancellationToken)
    {
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var command = new NpgsqlCommand("set session characteristics as transaction isolation level read committed", connection);
            await using (command.ConfigureAwait(false))
            {
                await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
                return connection;
            }
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async ValueTask KeepAsync(NpgsqlConnection connection)
    {
        var surplus = Interlocked.CompareExchange(ref _kept, connection, null) is null ? null : connection;
        if (_isDisposed)
        {
            surplus ??= Interlocked.Exchange(ref _kept, null);
        }

        if (surplus is not null)
        {
            await surplus.DisposeAsync().ConfigureAwait(false);
        }
    }
}
