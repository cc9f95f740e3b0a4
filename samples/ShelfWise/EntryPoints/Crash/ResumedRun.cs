using ShelfWise.Adapters.Csv;
using ShelfWise.Adapters.Diagnostics;

namespace ShelfWise.EntryPoints.Crash;

/// <summary>
/// A shop in a process that may be killed, on a database that is there. It takes the file from the top: an order that is there
/// already has a number that is taken, and is not placed again.
/// </summary>
internal static class ResumedRun
{
    // What the next process waits for after a kill, as nobody told it that this one is gone.
    private static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(1);

    // Customers come one after the other: handlers get along with them, and a kill meets both.
    private static readonly TimeSpan BetweenOrders = TimeSpan.FromMilliseconds(1);

    public static async Task<bool> RunAsync(
        OrderSource source, CommandLineOptions options, Uri webhook, TextWriter output, CancellationToken cancellationToken)
    {
        var journal = new HandlerJournal(output);
        await using var database = options.OpenDatabase();
        await using var shop = await Shop.OpenAsync(
            new ShopSettings(database, webhook) { Journal = journal, LeaseDuration = LeaseDuration }, cancellationToken);
        await shop.TakeOrdersAsync(
            source.Rows,
            async number =>
            {
                journal.WriteOrder(number);
                await Task.Delay(BetweenOrders, cancellationToken);
            },
            cancellationToken);
        await shop.SettleAsync(cancellationToken);
        return true;
    }
}
