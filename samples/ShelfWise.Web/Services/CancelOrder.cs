using ShelfWise.Domain;
using ShelfWise.Services.Ports;

namespace ShelfWise.Services;

/// <summary>The use case: an order is taken back, and its copies are for sale again.</summary>
internal sealed class CancelOrder(IUnitOfWork unitOfWork, IOrderRepository orders, TimeProvider time)
{
    /// <returns>The order; <see langword="null"/> where there is none.</returns>
    /// <exception cref="OrderAlreadyCancelledException">It has been cancelled before.</exception>
    public async Task<Order?> ExecuteAsync(Guid id, CancellationToken cancellationToken)
    {
        if (await orders.FindAsync(id, cancellationToken) is not { } order)
        {
            return null;
        }

        order.Cancel(time.GetUtcNow());
        await unitOfWork.SaveAsync(cancellationToken);
        return order;
    }
}
