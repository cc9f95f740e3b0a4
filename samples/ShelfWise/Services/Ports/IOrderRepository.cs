using ShelfWise.Domain;

namespace ShelfWise.Services.Ports;

internal interface IOrderRepository
{
    /// <exception cref="OrderRefusedException">The shop has an order with this number.</exception>
    ValueTask AddAsync(Order order, CancellationToken cancellationToken);
}
