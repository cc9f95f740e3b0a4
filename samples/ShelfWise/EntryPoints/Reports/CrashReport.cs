using ShelfWise.EntryPoints.Crash;
using Spectre.Console;

namespace ShelfWise.EntryPoints.Reports;

/// <summary>Tells how a run went whose processes were killed.</summary>
internal sealed class CrashReport(IAnsiConsole console)
{
    public void WriteProcesses(IReadOnlyList<ProcessRecord> processes)
    {
        var table = console.NewTable("Processes", "one after the other, on the same database")
            .AddNumbers("", "Orders placed", "Calls begun", "Done", "Failed", "Given twice", "Left in the outbox").AddColumn("End");
        foreach (var (number, process) in processes.Index())
        {
            table.AddRow(
                $"{number + 1}",
                $"{process.OrdersPlaced}",
                $"{process.Calls.Begun}",
                $"{process.Calls.Done}",
                $"{process.Calls.Failed}",
                $"{process.Calls.Again}",
                $"{process.LeftInOutbox}",
                process.WasKilled ? "[red]SIGKILL[/]" : $"exit code {process.ExitCode}");
        }

        console.Write(table);
        console.MarkupLine("[dim]Killed with handlers under way. The next one goes on once the leases of the dead one have run out.[/]");
    }

    public void WriteHandlers(Ledger ledger)
    {
        var table = console.NewTable("Handlers", "of all processes together")
            .AddNames("Handler").AddNumbers("Calls begun", "Done", "Failed", "Given twice");
        foreach (var (handler, calls) in ledger.Handlers)
        {
            table.AddRow(handler, $"{calls.Begun}", $"{calls.Done}", $"{calls.Failed}", $"{calls.Again}");
        }

        var all = ledger.Handlers.Values;
        table.AddRow("[bold]all[/]", Sum(calls => calls.Begun), Sum(calls => calls.Done), Sum(calls => calls.Failed), Sum(calls => calls.Again));
        console.Write(table);
        console.MarkupLine("[dim]Given twice: what a killed process had handled, or was handling, and had not acknowledged yet.[/]");
        console.MarkupLine("[dim]All that it leads to goes by the id of the event, so the second time has changed nothing.[/]");

        string Sum(Func<CallCounts, int> count) => $"[bold]{all.Sum(count)}[/]";
    }
}
