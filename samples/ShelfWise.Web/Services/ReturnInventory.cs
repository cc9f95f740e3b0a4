using DomainEvents;
using DomainEvents.Transactions;
using ShelfWise.Domain;
using ShelfWise.Services.Ports;

namespace ShelfWise.Services;

/// <summary>Puts the copies of a cancelled order back on the shelf, in the transaction of the cancellation.</summary>
[EventHandler(Name = HandlerNames.ReturnInventory)]
[TransactionPhase(TransactionPhase.BeforeCommit)]
internal sealed class ReturnInventory(IBookRepository books) : IEventHandler<OrderCancelled>
{
    public async ValueTask HandleAsync(OrderCancelled domainEvent, CancellationToken cancellationToken)
    {
        var book = await books.GetAsync(domainEvent.Sku, cancellationToken);
        book.Return(domainEvent.Quantity);
    }
}
