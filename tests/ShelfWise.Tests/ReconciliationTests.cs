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

    private static async Task<IEnumerable<Check>> FailedAfterAsync(Func<ShopTotals, ShopTotals> damage)
    {
        await using var shop = await OpenAsync();
        var intake = await shop.TakeAsync(Row("A-1"), Row("A-2"));
        return Reconciliation.Checks(intake, damage(await shop.TotalsAsync()), shop).Where(check => !check.Holds);
    }
}
