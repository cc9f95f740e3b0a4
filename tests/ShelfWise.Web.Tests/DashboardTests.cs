using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using ShelfWise.Services;
using static ShelfWise.Tests.WebShop;

namespace ShelfWise.Tests;

public sealed class DashboardTests
{
    [PostgreSqlFact]
    public async Task The_figures_add_up_to_what_the_tables_hold()
    {
        await using var shop = Open();
        var copiesAtStart = await shop.QueryAsync(context => context.Books.SumAsync(book => book.Stock));

        // Ten for every book of three, some too many, some to an address that is gone; then every fifth is taken back.
        string[] books = [Dune, Lighthouse, "SW-1001"];
        var placed = (await Task.WhenAll(Enumerable.Range(0, 30).Select(TryPlaceAsync))).OfType<OrderView>().ToArray();
        foreach (var order in placed.Where((_, index) => index % 5 == 0))
        {
            (await shop.CancelAsync(order.Id)).EnsureSuccessStatusCode();
        }

        var dashboard = await shop.DashboardAsync();
        var orders = await shop.QueryAsync(context => context.Orders.AsNoTracking().ToListAsync());
        var standing = orders.Where(order => order.CancelledAt is null).ToArray();
        orders.Select(order => order.Id).Should().BeEquivalentTo(placed.Select(order => order.Id));
        dashboard.Orders.Should().Be(placed.Length).And.BeInRange(1, 29);
        dashboard.Cancellations.Should().Be(orders.Count - standing.Length);
        dashboard.Emails.Should().Be(shop.Emails.Count).And.Be(orders.Count(order => order.Customer.Email.EndsWith("@example.org", StringComparison.Ordinal)));
        dashboard.Copies.Should().Be(standing.Sum(order => order.Quantity));
        dashboard.Revenue.Should().Be(standing.Sum(order => order.Total.Amount));
        (await shop.QueryAsync(context => context.Books.SumAsync(book => book.Stock))).Should().Be(copiesAtStart - dashboard.Copies);
        foreach (var line in dashboard.Books)
        {
            var ofBook = standing.Where(order => order.Sku == line.Sku).ToArray();
            line.Copies.Should().Be(ofBook.Sum(order => order.Quantity));
            line.Revenue.Should().Be(ofBook.Sum(order => order.Total.Amount));
        }

        var audit = await shop.AuditAsync();
        audit.Should().Contain("shelfwise.order-placed", dashboard.Orders);
        audit.Should().Contain("shelfwise.order-cancelled", dashboard.Cancellations);
        audit.Should().Contain("shelfwise.confirmation-sent", dashboard.Emails);

        async Task<OrderView?> TryPlaceAsync(int index)
        {
            var email = index % 7 == 0 ? "ada@gone.example" : "ada@example.org";
            using var response = await shop.PlaceAsync(Request($"A-{index}", books[index % 3], quantity: 1 + (index % 4), email));
            return response.IsSuccessStatusCode ? await response.Content.ReadFromJsonAsync<OrderView>() : null;
        }
    }

    [PostgreSqlFact]
    public async Task A_new_shop_has_sold_nothing()
    {
        await using var shop = Open();

        (await shop.DashboardAsync()).Should().BeEquivalentTo(new DashboardView(0, 0, 0, 0, 0m, []));
    }
}
