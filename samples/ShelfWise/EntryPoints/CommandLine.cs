using System.Diagnostics;
using ShelfWise.Adapters.Csv;
using Spectre.Console;

namespace ShelfWise.EntryPoints;

/// <summary>The program: reads the options, opens the shop, takes the orders, reports, and checks its numbers.</summary>
internal static class CommandLine
{
    public const int Success = 0;
    public const int Failure = 1;
    public const int Misuse = 2;
    public const int Interrupted = 130;

    public static async Task<int> RunAsync(
        IReadOnlyList<string> arguments, IAnsiConsole console, TextWriter error, CancellationToken cancellationToken)
    {
        try
        {
            var options = CommandLineOptions.Parse(arguments);
            if (options.ShowHelp)
            {
                console.WriteLine(CommandLineOptions.Help);
                return Success;
            }

            return await RunAsync(options, console, cancellationToken) ? Success : Failure;
        }
        catch (CommandLineException problem)
        {
            await error.WriteLineAsync($"shelfwise: {problem.Message}");
            await error.WriteLineAsync("Try --help.");
            return Misuse;
        }
        catch (Exception problem) when (problem is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync($"shelfwise: {problem.Message}");
            return Failure;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await error.WriteLineAsync("shelfwise: interrupted.");
            return Interrupted;
        }
    }

    private static async Task<bool> RunAsync(CommandLineOptions options, IAnsiConsole console, CancellationToken cancellationToken)
    {
        var source = options.Orders is { } count
            ? await OrderSource.GenerateAsync(OrderSource.DataFolder, count, cancellationToken)
            : await OrderSource.ReadAsync(OrderSource.DataFolder, cancellationToken);
        await using var shop = await Shop.OpenAsync(source.Books, options.Database, cancellationToken: cancellationToken);
        var report = new ReportWriter(console);
        report.WriteHeading(source, shop);
        var start = Stopwatch.GetTimestamp();
        var intake = await console.ShowProgressAsync(
            source.Rows.Count, onRow => shop.TakeOrdersAsync(source.Rows, onRow, cancellationToken));
        var elapsed = Stopwatch.GetElapsedTime(start);
        var totals = await shop.ReadTotalsAsync(cancellationToken);
        var checks = Reconciliation.Checks(intake, totals, shop);
        report.Write(intake, totals, shop, checks, elapsed);
        return checks.All(check => check.Holds);
    }
}
