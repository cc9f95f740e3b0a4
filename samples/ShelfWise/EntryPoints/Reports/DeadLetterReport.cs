using DomainEvents.Outbox;
using Spectre.Console;

namespace ShelfWise.EntryPoints.Reports;

/// <summary>Tells what handlers have failed at for good.</summary>
internal static class DeadLetterReport
{
    private const int Shown = 5;

    public static void WriteDeadLetters(this IAnsiConsole console, RunResult run)
    {
        if (run.DeadLetters.Count == 0)
        {
            return;
        }

        var table = console.NewTable("Dead letters", "kept in the outbox until somebody requeues or discards them")
            .AddNames("Order").AddNames("Handler").AddNumbers("Attempts").AddColumn("What it threw at last");
        foreach (var letter in run.DeadLetters.Take(Shown))
        {
            table.AddRow(Markup.Escape(run.OrderOf(letter.EventId)), letter.HandlerName, $"{letter.Attempts}", Markup.Escape(MessageOf(letter)));
        }

        console.Write(table);
        if (run.DeadLetters.Count > Shown)
        {
            console.MarkupLine($"[dim]… and {run.DeadLetters.Count - Shown} more[/]");
        }
    }

    /// <summary>The first line of the error, without the type of the exception before it.</summary>
    private static string MessageOf(DeadLetter letter)
    {
        var line = letter.Error.Split('\n')[0].TrimEnd('\r');
        return line.Split(": ", 2) is [var type, var message] && !type.Contains(' ') ? message : line;
    }
}
