using ShelfWise.Domain;
using ShelfWise.Services.Ports;

namespace ShelfWise.Services;

/// <summary>The use case: one order, one transaction.</summary>
internal sealed class PlaceOrder(IUnitOfWork unitOfWork, IOrderRepository orders)
{
    /// <summary>Returns when the order and its events are committed. The handlers after the commit run from the outbox.</summary>
    /// <exception cref="OrderRefusedException">The order is invalid, or cannot be delivered: nothing of it is left.</exception>
    public async ValueTask ExecuteAsync(OrderRequest request, CancellationToken cancellationToken)
    {
        var order = Order.Place(
            request.Number,
            request.Tenant,
            request.OrderedOn,
            new Customer(request.CustomerName, request.CustomerEmail),
            request.Sku,
            request.Quantity,
            request.UnitPrice,
            request.Currency);

        await using var transaction = await unitOfWork.BeginAsync(cancellationToken);
        await orders.AddAsync(order, cancellationToken);
        transaction.Enqueue(order);

        // ReserveInventory runs in here, before the COMMIT; what it throws arrives as it is.
        await transaction.CommitAsync(cancellationToken);
    }
}
