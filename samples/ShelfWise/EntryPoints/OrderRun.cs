using System.Diagnostics;
using System.Globalization;
using ShelfWise.Adapters.Csv;
using ShelfWise.Adapters.Distributor;
using ShelfWise.EntryPoints.Reports;
using ShelfWise.Services;
using Spectre.Console;

namespace ShelfWise.EntryPoints;

/// <summary>Takes all orders, waits until everybody has heard of them, and repairs what can be repaired.</summary>
internal static class OrderRun
{
    /// <returns>Whether its numbers add up.</returns>
    public static async Task<bool> RunAsync(OrderSource source, CommandLineOptions options, IAnsiConsole console, CancellationToken cancellationToken)
    {
        await using var database = await options.CreateDatabaseAsync(cancellationToken);
        await using var endpoint = DistributorEndpoint.Start();
        await using var shop = await Shop.OpenAsync(new ShopSettings(database, endpoint.Webhook), cancellationToken);
        await shop.ShelveAsync(source.Books, cancellationToken);
        var report = new RunReport(console);
        report.WriteHeading("ShelfWise", source, database, endpoint.Webhook);

        var start = Stopwatch.GetTimestamp();
        var intake = await console.ShowProgressAsync(
            source.Rows.Count, onRow => shop.TakeOrdersAsync(source.Rows, Advance(onRow), cancellationToken));
        await shop.SettleAsync(cancellationToken);
        var requeued = await RepairAsync(shop, cancellationToken);
        var elapsed = Stopwatch.GetElapsedTime(start);

        var run = await RunResult.ReadAsync(shop, endpoint, cancellationToken);
        report.WriteOrders(intake);
        report.WriteHandlers(shop);
        report.WriteRetries(shop, run, requeued);
        console.WriteDeadLetters(run);
        report.WriteEvents(run.Totals);
        report.WriteSales(run.Totals);
        List<Check> checks =
        [
            .. Reconciliation.OfIntake(source.Rows.Count, intake, shop.Statistics.Of(HandlerNames.ReserveInventory).Succeeded, run),
            .. Reconciliation.OfDeliveries(shop.HandledAfterCommit, run),
        ];
        console.WriteChecks(checks);
        console.MarkupLine(string.Create(CultureInfo.InvariantCulture, $"[dim]{source.Rows.Count} rows in {elapsed.TotalSeconds:F2} s[/]"));
        return checks.All(check => check.Holds);
    }

    private static Func<string?, ValueTask> Advance(Action onRow) => _ =>
    {
        onRow();
        return ValueTask.CompletedTask;
    };

    /// <summary>The e-mail provider gets well, and the first dead letter another chance; the others are left to be seen.</summary>
    private static async Task<IReadOnlySet<Guid>> RepairAsync(Shop shop, CancellationToken cancellationToken)
    {
        shop.Email.Repair();
        HashSet<Guid> requeued = [];
        await foreach (var letter in shop.Outbox.GetDeadLettersAsync(cancellationToken))
        {
            if (await shop.Outbox.RequeueAsync(letter.Position, letter.HandlerName, cancellationToken))
            {
                requeued.Add(letter.EventId);
                await shop.SettleAsync(cancellationToken);
                break;
            }
        }

        return requeued;
    }
}
