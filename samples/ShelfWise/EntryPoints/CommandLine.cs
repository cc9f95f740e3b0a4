using System.Data.Common;
using ShelfWise.Adapters.Csv;
using ShelfWise.EntryPoints.Crash;
using Spectre.Console;

namespace ShelfWise.EntryPoints;

/// <summary>The program: reads the options, runs, and says with its exit code how that went.</summary>
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
        catch (Exception problem) when (problem is IOException or InvalidDataException or UnauthorizedAccessException or DbException)
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
        return options switch
        {
            { Resume: { } webhook } => await ResumedRun.RunAsync(source, options, webhook, console.Profile.Out.Writer, cancellationToken),
            { Crash: true } => await CrashRun.RunAsync(source, options, console, cancellationToken),
            _ => await OrderRun.RunAsync(source, options, console, cancellationToken),
        };
    }
}
