using System.Net;
using System.Net.Http.Json;
using ShelfWise.Services;
using static ShelfWise.Tests.WebShop;

namespace ShelfWise.Tests;

public sealed class CancelOrderTests
{
    [PostgreSqlFact]
    public async Task A_cancelled_order_puts_its_copies_back_and_leaves_the_sales()
    {
        await using var shop = Open();
        var order = await shop.PlacedAsync(Request("A-1", Lighthouse, quantity: 2));

        using var response = await shop.CancelAsync(order.Id);

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        (await response.Content.ReadFromJsonAsync<OrderView>())!.CancelledAt.Should().NotBeNull();
        (await shop.Http.GetFromJsonAsync<OrderView>($"/orders/{order.Id}"))!.CancelledAt.Should().NotBeNull();
        (await shop.StockAsync(Lighthouse)).Should().Be(10);
        (await shop.DashboardAsync()).Should().BeEquivalentTo(new { Orders = 1, Cancellations = 1, Emails = 1, Copies = 0, Revenue = 0m });
        (await shop.AuditAsync()).Should().Contain("shelfwise.order-cancelled", 1);
    }

    [PostgreSqlFact]
    public async Task A_second_cancellation_is_a_conflict_and_changes_nothing()
    {
        await using var shop = Open();
        var order = await shop.PlacedAsync(Request("A-1", Lighthouse, quantity: 2));
        (await shop.CancelAsync(order.Id)).EnsureSuccessStatusCode();

        using var response = await shop.CancelAsync(order.Id);

        response.StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await Problem.OfAsync(response)).Detail.Should().StartWith("order A-1 was cancelled at ");
        (await shop.StockAsync(Lighthouse)).Should().Be(10);
        (await shop.DashboardAsync()).Cancellations.Should().Be(1);
    }

    [PostgreSqlFact]
    public async Task An_order_that_does_not_exist_is_not_found()
    {
        await using var shop = Open();
        var id = Guid.NewGuid();

        using var cancelled = await shop.CancelAsync(id);
        using var shown = await shop.Http.GetAsync($"/orders/{id}");
        using var unreadable = await shop.Http.GetAsync("/orders/17");

        foreach (var response in new[] { cancelled, shown, unreadable })
        {
            response.StatusCode.Should().Be(HttpStatusCode.NotFound);
        }

        (await Problem.OfAsync(cancelled)).Detail.Should().Be($"there is no order {id}");
        (await Problem.OfAsync(shown)).Detail.Should().Be($"there is no order {id}");
        (await Problem.OfAsync(unreadable)).Title.Should().Be("Not Found");
    }
}
