using ShelfWise.Domain;

namespace ShelfWise.Services.Ports;

internal interface IOrderRepository
{
    void Add(Order order);

    /// <returns>The order; <see langword="null"/> where there is none.</returns>
    ValueTask<Order?> FindAsync(Guid id, CancellationToken cancellationToken);
}
