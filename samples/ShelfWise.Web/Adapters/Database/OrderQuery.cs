using Microsoft.EntityFrameworkCore;
using ShelfWise.Services;

namespace ShelfWise.Adapters.Database;

/// <summary>Reads one order.</summary>
internal sealed class OrderQuery(ShopContext context)
{
    /// <returns>The order; <see langword="null"/> where there is none.</returns>
    public async Task<OrderView?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        await context.Orders.AsNoTracking().SingleOrDefaultAsync(order => order.Id == id, cancellationToken) is { } order
            ? OrderView.Of(order)
            : null;
}
