using ShelfWise.Adapters.Email;
using ShelfWise.Domain;
using ShelfWise.Services;
using static ShelfWise.Tests.SmallShop;

namespace ShelfWise.Tests;

public sealed class ShopTests
{
    [Fact]
    public async Task Placed_and_refused_orders_add_up_to_the_rows_read()
    {
        await using var shop = await OpenAsync(copiesOfDune: 3);

        var intake = await shop.TakeAsync(
            Row("A-1", quantity: 2),
            Row("A-2", quantity: 2),
            Row("A-3", Emma, currency: "EURO"),
            Row("A-4", Emma, email: "gone@gone.example"),
            "A-5,\"not closed");

        intake.Placed.Should().Be(2);
        intake.Refused.Should().HaveCount(3);
        (await shop.ChecksAsync(rows: 5, intake)).Should().HaveCount(12).And.OnlyContain(check => check.Holds);
    }

    [Fact]
    public async Task An_invalid_row_is_refused_for_its_own_reason()
    {
        await using var shop = await OpenAsync(copiesOfDune: 1);

        var intake = await shop.TakeAsync(
            Row("A-1", Emma),
            Row("A-1", Emma),
            Row("A-2", quantity: 2),
            Row("A-3", currency: "eur"),
            Row("A-4", quantity: -1),
            Row("A-5", quantity: 0),
            Row("A-6", price: "-1.00"),
            Row("A-7", price: "9.999"),
            Row("A-8", sku: "SW-404"),
            Row("A-9", price: "ten"),
            "A-10,too,few,fields");

        intake.Placed.Should().Be(1);
        intake.Refused.Select(refusal => (refusal.LineNumber, refusal.Reason)).Should().Equal(
            (3, RefusalReason.Duplicate),
            (4, RefusalReason.OutOfStock),
            (5, RefusalReason.UnknownCurrency),
            (6, RefusalReason.InvalidQuantity),
            (7, RefusalReason.InvalidQuantity),
            (8, RefusalReason.InvalidPrice),
            (9, RefusalReason.InvalidPrice),
            (10, RefusalReason.UnknownBook),
            (11, RefusalReason.Unreadable),
            (12, RefusalReason.Unreadable));
        intake.Refused[1].Message.Should().Be("2 of 'Dune' wanted, 1 left");
    }

    [Fact]
    public async Task A_refused_order_leaves_no_row_and_takes_no_copy_and_nobody_hears_of_it()
    {
        await using var shop = await OpenAsync(copiesOfDune: 7);

        // The second has a number that is taken, the third wants more than there is.
        await shop.TakeAsync(Row("A-1", quantity: 2), Row("A-1", quantity: 4), Row("A-2", quantity: 6));

        (await shop.QueryAsync("SELECT number FROM orders")).Should().Equal("A-1");
        (await shop.QueryAsync("SELECT stock FROM books WHERE sku = 'SW-1'")).Should().Equal("5");
        (await shop.QueryAsync("SELECT event_type FROM audit_log")).Should().Equal("shelfwise.order-placed");
        (await shop.TotalsAsync()).Emails.Should().HaveCount(1);
        shop.Endpoint.Received.Select(order => order.OrderNumber).Should().Equal("A-1");
    }

    [Fact]
    public async Task The_audit_log_has_a_row_for_every_event_of_every_type()
    {
        await using var shop = await OpenAsync(copiesOfDune: 6);

        await shop.TakeAsync(Row("A-1"), Row("A-2"), Row("A-3", tenant: "corner-shelf"));

        (await shop.TotalsAsync()).AuditRows.Should().BeEquivalentTo(new Dictionary<string, int>
        {
            ["shelfwise.order-placed"] = 3,
            ["shelfwise.stock-running-low"] = 1,
        });
        (await shop.QueryAsync("SELECT COALESCE(tenant, '-') FROM audit_log ORDER BY 1"))
            .Should().Equal("-", "corner-shelf", "harbour-books", "harbour-books");
    }

    [Fact]
    public async Task A_title_that_runs_low_is_told_once()
    {
        await using var shop = await OpenAsync(copiesOfDune: Book.LowStock + 1);

        await shop.TakeAsync(Row("A-1", quantity: 2), Row("A-2"), Row("A-3"));

        (await shop.QueryAsync("SELECT json_extract(body, '$.CopiesLeft') FROM audit_log WHERE event_type = 'shelfwise.stock-running-low'"))
            .Should().Equal("4");
    }

    [Fact]
    public async Task An_email_that_fails_is_tried_again_alone_until_it_is_sent()
    {
        await using var shop = await OpenAsync();

        var intake = await shop.TakeAsync(Row("A-1", email: "ada@busy.example"), Row("A-2"));

        Calls(shop, HandlerNames.SendConfirmation).Should().Be((2, FakeEmailProvider.BusyAttempts));
        Calls(shop, HandlerNames.NotifyDistributor).Should().Be((2, 0));
        Calls(shop, HandlerNames.UpdateAnalytics).Should().Be((2, 0));
        Calls(shop, HandlerNames.WriteAuditLog).Should().Be((2, 0));
        (await shop.QueryAsync("SELECT recipient FROM emails ORDER BY 1")).Should().Equal("ada@busy.example", "ada@example.org");
        (await shop.ChecksAsync(rows: 2, intake)).Should().OnlyContain(check => check.Holds);
    }

    [Fact]
    public async Task An_email_that_always_fails_is_a_dead_letter_and_stops_neither_webhook_nor_analytics_nor_audit()
    {
        await using var shop = await OpenAsync();

        var intake = await shop.TakeAsync(Row("A-1", email: "gone@gone.example"), Row("A-2"));

        intake.Placed.Should().Be(2);
        var letter = await shop.OnlyDeadLetterAsync();
        letter.HandlerName.Should().Be(HandlerNames.SendConfirmation);
        letter.Error.Should().Contain("550 mailbox unavailable: gone@gone.example");
        var result = await shop.ResultAsync();
        result.OrderOf(letter.EventId).Should().Be("A-1");
        result.Webhooks.Select(order => order.OrderNumber).Should().BeEquivalentTo("A-1", "A-2");
        result.Totals.SalesReport.Should().Equal(new SalesSum("harbour-books", "EUR", Orders: 2, Copies: 2, Total: 20m));
        result.Totals.AuditRows.Should().Contain("shelfwise.order-placed", 2);
        (await shop.ChecksAsync(rows: 2, intake)).Should().OnlyContain(check => check.Holds);
    }

    [Fact]
    public async Task A_dead_letter_is_sent_when_the_provider_is_repaired_and_it_is_requeued()
    {
        await using var shop = await OpenAsync();
        await shop.TakeAsync(Row("A-1", email: "gone@gone.example"));
        var letter = await shop.OnlyDeadLetterAsync();

        shop.Shop.Email.Repair();
        await shop.Shop.Outbox.RequeueAsync(letter.Position, letter.HandlerName);
        await shop.Shop.SettleAsync(CancellationToken.None);

        (await shop.ResultAsync()).DeadLetters.Should().BeEmpty();
        (await shop.QueryAsync("SELECT subject FROM emails")).Should().Equal("Your order A-1");
        Calls(shop, HandlerNames.NotifyDistributor).Should().Be((1, 0));
    }

    [Fact]
    public async Task A_distributor_that_fails_stops_no_email_and_no_order()
    {
        await using var shop = await OpenAsync(distributor: new BrokenDistributor());

        var intake = await shop.TakeAsync(Row("A-1"), Row("A-2"));

        intake.Placed.Should().Be(2);
        var result = await shop.ResultAsync();
        result.DeadLetters.Select(letter => letter.HandlerName).Should().Equal(HandlerNames.NotifyDistributor, HandlerNames.NotifyDistributor);
        result.Totals.Emails.Should().HaveCount(2);
        (await shop.ChecksAsync(rows: 2, intake)).Should().OnlyContain(check => check.Holds);
    }

    [Fact]
    public async Task An_event_that_comes_twice_leaves_what_it_left_the_first_time()
    {
        await using var shop = await OpenAsync();
        var intake = await shop.TakeAsync(Row("A-1", quantity: 3));
        var letters = await shop.QueryAsync("SELECT event_id FROM audit_log");

        // As a relay hands it out again that never heard of the acknowledgement.
        await shop.ExecuteAsync(
            """
            INSERT INTO domain_event_outbox (partition, stream, event_type, version, event_id, occurred_at, tenant_id, metadata, payload)
            SELECT partition, stream, event_type, version, event_id, occurred_at, tenant_id, metadata, payload FROM domain_event_log
            """);
        await shop.Shop.SettleAsync(CancellationToken.None);

        foreach (var handler in shop.Shop.Handlers.Skip(1))
        {
            Calls(shop, handler.Name).Should().Be((2, 0));
        }

        (await shop.QueryAsync("SELECT event_id FROM audit_log")).Should().Equal(letters);
        (await shop.ChecksAsync(rows: 1, intake)).Where(check => !check.Holds).Select(check => check.Left)
            .Should().Equal("deliveries handled + dead letters");
    }

    [Fact]
    public async Task Sales_are_kept_by_tenant_and_currency_to_the_cent()
    {
        await using var shop = await OpenAsync();

        await shop.TakeAsync(
            Row("A-1", quantity: 3, price: "0.10"),
            Row("A-2", price: "0.20"),
            Row("A-3", price: "8.99", currency: "GBP"),
            Row("A-4", price: "8.99", tenant: "corner-shelf"));

        (await shop.TotalsAsync()).SalesReport.Should().Equal(
            new SalesSum("corner-shelf", "EUR", 1, 1, 8.99m),
            new SalesSum("harbour-books", "EUR", 2, 4, 0.50m),
            new SalesSum("harbour-books", "GBP", 1, 1, 8.99m));
    }

    [Fact]
    public async Task Five_handlers_react_to_an_order_the_reservation_first()
    {
        await using var shop = await OpenAsync();

        shop.Shop.Handlers.Select(handler => handler.Name).Should().Equal(
            HandlerNames.ReserveInventory,
            HandlerNames.SendConfirmation,
            HandlerNames.NotifyDistributor,
            HandlerNames.UpdateAnalytics,
            HandlerNames.WriteAuditLog);
    }

    [Fact]
    public async Task A_temporary_database_is_gone_when_the_shop_is_closed()
    {
        var shop = await OpenAsync();
        File.Exists(shop.Database.Path).Should().BeTrue();

        await shop.DisposeAsync();

        Directory.Exists(Path.GetDirectoryName(shop.Database.Path)).Should().BeFalse();
    }

    private static (int Succeeded, int Failed) Calls(SmallShop shop, string handler)
    {
        var calls = shop.Shop.Statistics.Of(handler);
        return (calls.Succeeded, calls.Failed);
    }
}
