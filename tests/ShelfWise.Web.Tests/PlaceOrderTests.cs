using System.Net;
using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using ShelfWise.Domain;
using ShelfWise.Services;
using static ShelfWise.Tests.WebShop;

namespace ShelfWise.Tests;

public sealed class PlaceOrderTests
{
    [PostgreSqlFact]
    public async Task An_order_is_created_and_found_under_its_location()
    {
        await using var shop = Open();

        using var response = await shop.PlaceAsync(Request("A-1", quantity: 2));

        response.StatusCode.Should().Be(HttpStatusCode.Created);
        var order = await response.Content.ReadFromJsonAsync<OrderView>();
        order.Should().BeEquivalentTo(new { Number = "A-1", Sku = Dune, Quantity = 2, Total = 33.80m, Currency = "EUR", CancelledAt = (DateTimeOffset?)null });
        response.Headers.Location.Should().Be($"/orders/{order!.Id}");
        var found = await shop.Http.GetFromJsonAsync<OrderView>(response.Headers.Location);
        found.Should().BeEquivalentTo(order, options => options.Excluding(view => view.PlacedAt));
        found!.PlacedAt.Should().BeCloseTo(order.PlacedAt, TimeSpan.FromMicroseconds(1), "PostgreSQL keeps microseconds");
    }

    [PostgreSqlFact]
    public async Task When_the_answer_is_there_stock_dashboard_email_and_audit_log_know_of_it()
    {
        await using var shop = Open();
        var before = await shop.StockAsync(Dune);

        await shop.PlacedAsync(Request("A-1", quantity: 2));

        (await shop.StockAsync(Dune)).Should().Be(before - 2);
        var line = new BookSalesView(Dune, "Dune", Orders: 1, Cancellations: 0, Emails: 1, Copies: 2, Revenue: 33.80m);
        (await shop.DashboardAsync()).Should().BeEquivalentTo(new DashboardView(1, 0, 1, 2, 33.80m, [line]));
        shop.Emails.Should().ContainSingle().Which.Text.Should().Be("Dear Ada Lovelace, thank you for your order of 33.80 EUR.");
        (await shop.AuditAsync()).Should().BeEquivalentTo(new Dictionary<string, int>
        {
            ["shelfwise.order-placed"] = 1,
            ["shelfwise.confirmation-sent"] = 1,
        });
    }

    [PostgreSqlTheory]
    [InlineData("outOfStock", "11 of 'To the Lighthouse' wanted, 10 left", Lighthouse, 11)]
    [InlineData("outOfStock", "2147483647 of 'To the Lighthouse' wanted, 10 left", Lighthouse, int.MaxValue)]
    [InlineData("unknownBook", "there is no book SW-404", "SW-404", 1)]
    [InlineData("invalidQuantity", "0 copies cannot be ordered", Lighthouse, 0)]
    [InlineData("invalidQuantity", "-1 copies cannot be ordered", Lighthouse, -1)]
    public async Task A_refused_order_leaves_nothing_and_nobody_hears_of_it(string reason, string detail, string sku, int quantity)
    {
        await using var shop = Open();

        using var response = await shop.PlaceAsync(Request("A-1", sku, quantity));

        response.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
        (await Problem.OfAsync(response)).Should().BeEquivalentTo(new { Title = "The order is refused.", Detail = detail, Reason = reason });
        (await shop.QueryAsync(context => context.Orders.CountAsync())).Should().Be(0);
        (await shop.StockAsync(Lighthouse)).Should().Be(10);
        (await shop.DashboardAsync()).Books.Should().BeEmpty();
        (await shop.AuditAsync()).Should().BeEmpty();
        shop.Emails.Should().BeEmpty();
    }

    [PostgreSqlFact]
    public async Task A_number_that_the_database_has_already_is_refused_and_takes_no_copy()
    {
        await using var shop = Open();
        await shop.PlacedAsync(Request("A-1", Lighthouse));

        using var response = await shop.PlaceAsync(Request("A-1", Lighthouse, quantity: 3));

        response.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
        (await Problem.OfAsync(response)).Should().BeEquivalentTo(new { Detail = "A-1 has been placed before", Reason = "duplicate" });
        (await shop.StockAsync(Lighthouse)).Should().Be(9);
        (await shop.DashboardAsync()).Orders.Should().Be(1);
        shop.Emails.Should().ContainSingle();
    }

    [PostgreSqlFact]
    public async Task An_email_that_fails_stops_neither_order_nor_dashboard_nor_audit_log()
    {
        await using var shop = Open();

        await shop.PlacedAsync(Request("A-1", email: "ada@gone.example"));

        (await shop.DashboardAsync()).Should().BeEquivalentTo(new { Orders = 1, Emails = 0 });
        (await shop.AuditAsync()).Keys.Should().Equal("shelfwise.order-placed");
    }

    [PostgreSqlFact]
    public async Task A_book_that_a_before_commit_handler_has_changed_tells_its_event_as_well()
    {
        await using var shop = Open();

        await shop.PlacedAsync(Request("A-1", Lighthouse, quantity: 10 - Book.LowStock + 1));

        (await shop.AuditAsync()).Should().Contain("shelfwise.stock-running-low", 1);
    }
}
