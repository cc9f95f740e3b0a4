using DomainEvents.Transactions;

namespace ShelfWise.Services.Ports;

/// <summary>The database connection and transaction of one scope; its repositories work inside.</summary>
internal interface IUnitOfWork
{
    /// <summary>Begins a database transaction with events. Disposed without a commit it rolls back, data and events.</summary>
    ValueTask<EventTransaction> BeginAsync(CancellationToken cancellationToken);
}
