using ShelfWise.EntryPoints;
using ShelfWise.Services;
using static ShelfWise.Tests.SmallShop;

namespace ShelfWise.Tests;

public sealed class ReconciliationTests
{
    [Fact]
    public async Task An_audit_row_that_is_missing_is_found()
    {
        var failed = await FailedAfterAsync(totals => totals with { AuditRows = new Dictionary<string, int> { ["shelfwise.order-placed"] = 1 } });

        failed.Should().ContainSingle().Which.Should().Be(new Check("audit rows", 1, "orders + titles running low", 2));
    }

    [Fact]
    public async Task A_sum_in_analytics_that_is_wrong_is_found()
    {
        var failed = await FailedAfterAsync(totals => totals with { SalesReport = [totals.SalesReport[0] with { Total = 20.01m }] });

        failed.Should().ContainSingle().Which.Left.Should().Be("matching sums in analytics");
    }

    [Fact]
    public async Task Copies_that_have_vanished_are_found()
    {
        var failed = await FailedAfterAsync(totals => totals with { CopiesLeft = totals.CopiesLeft - 1 });

        failed.Should().ContainSingle().Which.Left.Should().Be("copies sold + copies left");
    }

    [Fact]
    public async Task An_order_without_its_email_is_found_although_the_numbers_of_both_are_the_same()
    {
        var failed = await FailedAfterAsync(totals => totals with { Emails = totals.Emails.Skip(1).Append(Guid.NewGuid()).ToHashSet() });

        failed.Should().ContainSingle().Which.Should().Be(new Check("orders ≠ e-mails + dead letters", 2, "none, one by one", 0));
    }

    [Fact]
    public async Task A_webhook_for_an_order_that_is_not_there_is_found()
    {
        await using var shop = await OpenAsync();
        var intake = await shop.TakeAsync(Row("A-1"));

        var checks = await shop.ChecksAsync(1, intake, run => run with { Webhooks = [.. run.Webhooks, new("A-2", Dune, 1)] });

        checks.Where(check => !check.Holds).Should().ContainSingle().Which.Left.Should().Be("orders ≠ webhooks + dead letters");
    }

    private static async Task<IEnumerable<Check>> FailedAfterAsync(Func<ShopTotals, ShopTotals> damage)
    {
        await using var shop = await OpenAsync();
        var intake = await shop.TakeAsync(Row("A-1"), Row("A-2"));
        return (await shop.ChecksAsync(2, intake, run => run with { Totals = damage(run.Totals) })).Where(check => !check.Holds);
    }
}
