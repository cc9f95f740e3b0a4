using ShelfWise.Domain;
using ShelfWise.Services.Ports;

namespace ShelfWise.Adapters.Database;

internal sealed class OrderRepository(ShopContext context) : IOrderRepository
{
    public void Add(Order order) => context.Orders.Add(order);

    public ValueTask<Order?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        context.Orders.FindAsync([id], cancellationToken);
}
