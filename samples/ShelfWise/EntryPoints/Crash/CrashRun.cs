using ShelfWise.Adapters.Csv;
using ShelfWise.Adapters.Database;
using ShelfWise.Adapters.Distributor;
using ShelfWise.EntryPoints.Reports;
using Spectre.Console;

namespace ShelfWise.EntryPoints.Crash;

/// <summary>Lets the shop run in processes that it kills, one after the other on the same database, until one gets to the end.</summary>
internal sealed class CrashRun(OrderSource source, CommandLineOptions options, ShopDatabase database, Shop onlooker, DistributorEndpoint endpoint, KillSwitch killSwitch)
{
    /// <summary>Handlers that an order has beside the one that gets no answer.</summary>
    private const int Siblings = 3;

    // The first process is killed when a twentieth of the rows has reached the distributor, the second at a quarter more.
    private static readonly int[] KilledAfter = [20, 4];

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private readonly Ledger _ledger = new();
    private readonly List<ProcessRecord> _processes = [];

    /// <returns>Whether its numbers add up.</returns>
    public static async Task<bool> RunAsync(OrderSource source, CommandLineOptions options, IAnsiConsole console, CancellationToken cancellationToken)
    {
        var killSwitch = new KillSwitch();
        await using var database = await options.CreateDatabaseAsync(cancellationToken);
        await using var endpoint = DistributorEndpoint.Start(killSwitch.OnOrderAsync);
        await using var onlooker = await Shop.OpenAsync(new ShopSettings(database, endpoint.Webhook) { RunsRelay = false }, cancellationToken);
        await onlooker.ShelveAsync(source.Books, cancellationToken);
        var report = new CrashReport(console);
        new RunReport(console).WriteHeading("ShelfWise, killed in the middle", source, database, endpoint.Webhook);

        var crash = new CrashRun(source, options, database, onlooker, endpoint, killSwitch);
        await crash.RunProcessesAsync(cancellationToken);

        var run = await RunResult.ReadAsync(onlooker, endpoint, cancellationToken);
        report.WriteProcesses(crash._processes);
        report.WriteHandlers(crash._ledger);
        console.WriteDeadLetters(run);
        List<Check> checks =
        [
            new("processes killed in the middle", crash._processes.Count(process => process.WasKilled), "kills planned", KilledAfter.Length),
            new("exit code of the last process", crash._processes[^1].ExitCode, "success", CommandLine.Success),
            new("orders confirmed, but not there", crash._ledger.Placed.Except(run.Totals.Orders).Count(), "none", 0),
            .. Reconciliation.OfDeliveries(crash._ledger.Handled, run),
        ];
        console.WriteChecks(checks);
        return checks.All(check => check.Holds);
    }

    private async Task RunProcessesAsync(CancellationToken cancellationToken)
    {
        var orders = 0;
        do
        {
            var calls = _ledger.BeginProcess();
            var (wasKilled, exitCode) = await RunProcessAsync(cancellationToken);
            var ordersNow = (await onlooker.ReadTotalsAsync(cancellationToken)).Orders.Count;
            var status = await onlooker.Outbox.GetStatusAsync(cancellationToken);
            _processes.Add(new ProcessRecord(ordersNow - orders, calls, status.Pending + status.Retrying, wasKilled, exitCode));
            orders = ordersNow;
        }
        while (_processes[^1].WasKilled);
    }

    private async Task<(bool WasKilled, int ExitCode)> RunProcessAsync(CancellationToken cancellationToken)
    {
        var due = _processes.Count < KilledAfter.Length
            ? killSwitch.Arm(source.Rows.Count / KilledAfter[_processes.Count])
            : new TaskCompletionSource<Guid>().Task;
        using var process = ShopProcess.Start(
        [
            .. options.Orders is { } count ? ["--orders", $"{count}"] : Array.Empty<string>(),
            .. database.Options,
            "--resume", endpoint.Webhook.ToString(),
        ]);
        try
        {
            var end = process.ReadAsync(_ledger.Add);
            if (await Task.WhenAny(due, end).WaitAsync(cancellationToken) == due)
            {
                // Its siblings are done with the event, and nobody has told the outbox: they will get it again.
                await Task.WhenAny(_ledger.WhenEnded(await due, Siblings), end, Task.Delay(LongestWait, cancellationToken));
                process.Kill();
            }

            await end.WaitAsync(cancellationToken);
            return (due.IsCompleted, process.ExitCode);
        }
        finally
        {
            killSwitch.Disarm();
        }
    }
}
