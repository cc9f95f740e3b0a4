using Spectre.Console;

namespace ShelfWise.EntryPoints.Reports;

/// <summary>Tells whether the numbers add up.</summary>
internal static class ChecksReport
{
    public static void WriteChecks(this IAnsiConsole console, IReadOnlyList<Check> checks)
    {
        var table = console.NewTable("Do the numbers add up?", "both sides are counted independently")
            .AddColumn("Counted").AddNumbers("").AddColumn("Expected").AddColumn("");
        foreach (var check in checks)
        {
            table.AddRow(
                check.Left,
                check.Holds ? $"{check.LeftValue} = {check.RightValue}" : $"[red]{check.LeftValue} ≠ {check.RightValue}[/]",
                check.Right,
                check.Holds ? "[green]ok[/]" : "[red bold]MISMATCH[/]");
        }

        console.Write(table);
        var mismatches = checks.Count(check => !check.Holds);
        console.MarkupLine(mismatches == 0
            ? $"[green]All {checks.Count} checks hold.[/]"
            : $"[red bold]{mismatches} of {checks.Count} checks fail: the numbers do not add up.[/]");
    }
}
