using System.Data.Common;
using DomainEvents.Transactions;
using ShelfWise.Services.Ports;

namespace ShelfWise.Adapters.Database;

/// <summary>
/// One connection per scope. A before-commit handler runs in the scope of the order, so it gets the order's connection
/// and works in its transaction; an after-commit handler has a scope, and so a connection, of its own.
/// </summary>
internal sealed class UnitOfWork(ShopDatabase database, IEventDispatcher dispatcher) : IUnitOfWork, IAsyncDisposable
{
    private DbConnection? _connection;
    private DbTransaction? _transaction;

    public async ValueTask<EventTransaction> BeginAsync(CancellationToken cancellationToken)
    {
        var connection = await ConnectAsync(cancellationToken);
        _transaction = await connection.BeginTransactionAsync(cancellationToken);
        return dispatcher.Enlist(_transaction);
    }

    public async ValueTask<DbConnection> ConnectAsync(CancellationToken cancellationToken) =>
        _connection ??= await database.OpenAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_transaction is not null)
        {
            await _transaction.DisposeAsync();
        }

        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }
    }
}
