using Spectre.Console;

namespace ShelfWise.EntryPoints.Reports;

/// <summary>How the tables of all reports look.</summary>
internal static class ConsoleTableExtensions
{
    /// <summary>A table under a title, which is written at once.</summary>
    public static Table NewTable(this IAnsiConsole console, string title, string note)
    {
        console.WriteLine();
        console.MarkupLine($"[bold]{title}[/] [dim]({note})[/]");
        return new Table().Border(TableBorder.Rounded);
    }

    public static Table AddNumbers(this Table table, params ReadOnlySpan<string> headers)
    {
        foreach (var header in headers)
        {
            table.AddColumn(new TableColumn(header).RightAligned().NoWrap());
        }

        return table;
    }

    public static Table AddNames(this Table table, string header) => table.AddColumn(new TableColumn(header).NoWrap());

    /// <summary>A number that should better be zero.</summary>
    public static string Alarming(this int number) => number == 0 ? "0" : $"[red]{number}[/]";
}
