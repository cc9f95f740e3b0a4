using Spectre.Console;

namespace ShelfWise.EntryPoints;

/// <summary>A progress bar, on a terminal only: into a file it would print line after line.</summary>
internal static class ProgressBarExtensions
{
    public static Task<T> ShowProgressAsync<T>(this IAnsiConsole console, int rows, Func<Action, Task<T>> work)
    {
        if (!console.Profile.Out.IsTerminal || !console.Profile.Capabilities.Ansi)
        {
            return work(() => { });
        }

        return console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn { Width = 50 }, new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(context =>
            {
                var placing = context.AddTask("Placing orders", maxValue: Math.Max(1, rows));
                return work(() => placing.Increment(1));
            });
    }
}
