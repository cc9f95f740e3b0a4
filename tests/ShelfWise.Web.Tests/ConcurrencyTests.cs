using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using static ShelfWise.Tests.WebShop;

namespace ShelfWise.Tests;

public sealed class ConcurrencyTests
{
    [PostgreSqlFact]
    public async Task Thirty_orders_at_once_of_ten_copies_place_exactly_ten()
    {
        await using var shop = Open();

        var responses = await Task.WhenAll(Enumerable.Range(1, 30).Select(number => shop.PlaceAsync(Request($"A-{number}", Lighthouse))));

        responses.CountBy(response => response.StatusCode).Should().BeEquivalentTo(new Dictionary<HttpStatusCode, int>
        {
            [HttpStatusCode.Created] = 10,
            [HttpStatusCode.UnprocessableEntity] = 20,
        });
        (await shop.StockAsync(Lighthouse)).Should().Be(0);
        (await shop.QueryAsync(context => context.Orders.CountAsync())).Should().Be(10);
        (await shop.DashboardAsync()).Should().BeEquivalentTo(new { Orders = 10, Emails = 10, Copies = 10, Revenue = 102.00m });
        shop.Emails.Should().HaveCount(10);
        (await shop.AuditAsync()).Should().BeEquivalentTo(new Dictionary<string, int>
        {
            ["shelfwise.order-placed"] = 10,
            ["shelfwise.stock-running-low"] = 1,
            ["shelfwise.confirmation-sent"] = 10,
        });
    }

    [PostgreSqlFact]
    public async Task One_order_cancelled_five_times_at_once_is_cancelled_once()
    {
        await using var shop = Open();
        var order = await shop.PlacedAsync(Request("A-1", Lighthouse, quantity: 2));

        var responses = await Task.WhenAll(Enumerable.Range(1, 5).Select(_ => shop.CancelAsync(order.Id)));

        responses.Should().ContainSingle(response => response.StatusCode == HttpStatusCode.OK);
        responses.Count(response => response.StatusCode == HttpStatusCode.Conflict).Should().Be(4);
        (await shop.StockAsync(Lighthouse)).Should().Be(10);
        (await shop.DashboardAsync()).Cancellations.Should().Be(1);
    }

    [PostgreSqlFact]
    public async Task A_book_that_changes_under_an_order_makes_it_try_again_and_it_is_told_of_once()
    {
        var rival = new Rival(times: 2);
        await using var shop = Open(services => services.AddSingleton(rival).AddDomainEvents().AddHandler<RivalOrder>());

        await shop.PlacedAsync(Request("A-1", Lighthouse, quantity: 3));

        rival.Attempts.Should().Be(3);
        (await shop.StockAsync(Lighthouse)).Should().Be(10 - 2 - 3);
        (await shop.DashboardAsync()).Should().BeEquivalentTo(new { Orders = 1, Emails = 1, Copies = 3 });
        shop.Emails.Should().ContainSingle();
    }

    [PostgreSqlFact]
    public async Task An_order_that_is_never_fast_enough_is_asked_to_come_back()
    {
        var rival = new Rival(times: int.MaxValue, copies: 0);
        await using var shop = Open(services => services.AddSingleton(rival).AddDomainEvents().AddHandler<RivalOrder>());

        using var response = await shop.PlaceAsync(Request("A-1", Lighthouse));

        response.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        response.Headers.RetryAfter.Should().NotBeNull();
        (await Problem.OfAsync(response)).Detail.Should().StartWith("Nothing was changed.");
        (await shop.QueryAsync(context => context.Orders.CountAsync())).Should().Be(0);
        (await shop.StockAsync(Lighthouse)).Should().Be(10);
        shop.Emails.Should().BeEmpty();
    }
}
