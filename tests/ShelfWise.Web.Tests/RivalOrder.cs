using DomainEvents;
using DomainEvents.Transactions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ShelfWise.Adapters.Database;
using ShelfWise.Domain;

namespace ShelfWise.Tests;

/// <summary>Changes the book in another transaction, after the order has read it and before ReserveInventory is saved.</summary>
[EventHandler(Order = -1)]
[TransactionPhase(TransactionPhase.BeforeCommit)]
internal sealed class RivalOrder(Rival rival, IServiceScopeFactory scopes) : IEventHandler<OrderPlaced>
{
    public async ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
    {
        if (rival.IsFaster())
        {
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<ShopContext>().Books
                .Where(book => book.Id == domainEvent.Sku)
                .ExecuteUpdateAsync(row => row.SetProperty(book => book.Stock, book => book.Stock - rival.Copies), cancellationToken);
        }
    }
}
