using DomainEvents;
using DomainEvents.Transactions;
using ShelfWise.Domain;
using ShelfWise.Services.Ports;

namespace ShelfWise.Services;

/// <summary>
/// Takes the copies off the shelf, in the scope, the DbContext and the transaction of the order: both are saved, or
/// neither. It saves nothing itself.
/// </summary>
[EventHandler(Name = HandlerNames.ReserveInventory)]
[TransactionPhase(TransactionPhase.BeforeCommit)]
internal sealed class ReserveInventory(IBookRepository books) : IEventHandler<OrderPlaced>
{
    public async ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
    {
        var book = await books.GetAsync(domainEvent.Sku, cancellationToken);
        book.Reserve(domainEvent.Quantity);
    }
}
