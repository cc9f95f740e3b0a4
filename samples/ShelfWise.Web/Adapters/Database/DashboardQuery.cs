using Microsoft.EntityFrameworkCore;
using ShelfWise.Services;

namespace ShelfWise.Adapters.Database;

/// <summary>Reads what <see cref="Dashboard"/> has counted.</summary>
internal sealed class DashboardQuery(ShopContext context)
{
    public async Task<DashboardView> ReadAsync(CancellationToken cancellationToken)
    {
        var books = await context.Sales
            .Where(sales => sales.Orders + sales.Cancellations + sales.Emails > 0)
            .OrderBy(sales => sales.Sku)
            .Select(sales => new BookSalesView(
                sales.Sku, sales.Title, sales.Orders, sales.Cancellations, sales.Emails, sales.Copies, sales.Revenue))
            .ToListAsync(cancellationToken);
        return new DashboardView(
            books.Sum(book => book.Orders),
            books.Sum(book => book.Cancellations),
            books.Sum(book => book.Emails),
            books.Sum(book => book.Copies),
            books.Sum(book => book.Revenue),
            books);
    }
}
