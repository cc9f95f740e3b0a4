using ShelfWise.Domain;
using ShelfWise.Services.Ports;

namespace ShelfWise.Services;

/// <summary>The use case: one order, one SaveChanges.</summary>
internal sealed class PlaceOrder(IUnitOfWork unitOfWork, IOrderRepository orders, IBookRepository books, TimeProvider time)
{
    /// <exception cref="OrderRefusedException">The order is invalid, or cannot be delivered: nothing of it is left.</exception>
    public async Task<Order> ExecuteAsync(OrderRequest request, CancellationToken cancellationToken)
    {
        var book = await books.GetAsync(request.Sku, cancellationToken);
        var customer = new Customer(request.CustomerName, request.CustomerEmail);
        var order = Order.Place(request.Number, customer, book, request.Quantity, time.GetUtcNow());
        orders.Add(order);

        // Nobody names an event here: the order has raised OrderPlaced, and the context knows the order. ReserveInventory
        // runs in here, before the COMMIT; e-mail, dashboard and audit log after it, and then this returns.
        await unitOfWork.SaveAsync(cancellationToken);
        return order;
    }
}
