using Microsoft.EntityFrameworkCore;
using ShelfWise.Domain;
using ShelfWise.Services.Ports;

namespace ShelfWise.Adapters.Database;

/// <summary>Counts in the database, one UPDATE each: what handlers count at the same time is not lost.</summary>
internal sealed class Dashboard(ShopContext context) : IDashboard
{
    public async ValueTask CountAsync(OrderPlaced order, CancellationToken cancellationToken) =>
        await RowOf(order.Sku).ExecuteUpdateAsync(
            row => row
                .SetProperty(sales => sales.Orders, sales => sales.Orders + 1)
                .SetProperty(sales => sales.Copies, sales => sales.Copies + order.Quantity)
                .SetProperty(sales => sales.Revenue, sales => sales.Revenue + order.Total),
            cancellationToken);

    public async ValueTask CountAsync(OrderCancelled order, CancellationToken cancellationToken) =>
        await RowOf(order.Sku).ExecuteUpdateAsync(
            row => row
                .SetProperty(sales => sales.Cancellations, sales => sales.Cancellations + 1)
                .SetProperty(sales => sales.Copies, sales => sales.Copies - order.Quantity)
                .SetProperty(sales => sales.Revenue, sales => sales.Revenue - order.Total),
            cancellationToken);

    public async ValueTask CountAsync(ConfirmationSent confirmation, CancellationToken cancellationToken) =>
        await RowOf(confirmation.Sku).ExecuteUpdateAsync(
            row => row.SetProperty(sales => sales.Emails, sales => sales.Emails + 1),
            cancellationToken);

    private IQueryable<BookSales> RowOf(string sku) => context.Sales.Where(sales => sales.Sku == sku);
}
