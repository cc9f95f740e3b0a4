using DomainEvents;
using DomainEvents.Transactions;
using ShelfWise.Domain;
using ShelfWise.Services.Ports;

namespace ShelfWise.Services;

/// <summary>
/// Takes the copies off the shelf, in the scope and the transaction of the order: both are committed, or neither.
/// </summary>
[EventHandler(Name = HandlerNames.ReserveInventory)]
[TransactionPhase(TransactionPhase.BeforeCommit)]
internal sealed class ReserveInventory(IBookRepository books, IEventDispatcher dispatcher) : IEventHandler<OrderPlaced>
{
    public async ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
    {
        var book = await books.GetAsync(domainEvent.Sku, cancellationToken);
        book.Reserve(domainEvent.Quantity);
        await books.SaveStockAsync(book, cancellationToken);

        // It may have raised StockRunningLow: before-commit handlers get another round, after-commit ones see it too.
        await dispatcher.PublishFromAsync(book, cancellationToken);
    }
}
