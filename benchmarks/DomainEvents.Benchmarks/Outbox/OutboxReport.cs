using System.Globalization;

namespace DomainEvents.Benchmarks.Outbox;

/// <summary>Writes what was measured as a table, row by row.</summary>
internal static class OutboxReport
{
    public static void Heading(string title) =>
        Console.WriteLine($"\n**{title}**\n\n| Case | A second | Compared with | A second | Ratio | 95 % interval | Target |\n|---|--:|---|--:|--:|--:|--:|");

    public static void Row(string of, string to, RatePairs found, string target) => Write(
        $"| {of} | {found.Of:#,0} | {to} | {found.To:#,0} | {found.Ratio.Median:0.00} | {found.Ratio.Low:0.00} to {found.Ratio.High:0.00} | {target} |");

    public static void Write(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
