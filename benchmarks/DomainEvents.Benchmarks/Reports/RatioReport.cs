using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace DomainEvents.Benchmarks.Reports;

/// <summary>The rows as Markdown and as a chart.</summary>
public static class RatioReport
{
    public static string Markdown(IReadOnlyList<CaseResult> rows, string heading)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{heading} The ratio is to the first row of each group.").AppendLine();
        text.AppendLine("| Group | Case | Median | Ratio | Allocated |");
        text.AppendLine("|---|---|--:|--:|--:|");
        foreach (var row in rows)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {row.Group} | {row.Name} | {Time(row.Nanoseconds)} | {row.Ratio:0.00} | {row.AllocatedBytes:#,0.#} B |");
        }

        return text.ToString();
    }

    /// <summary>Where it was measured, with the versions.</summary>
    public static string Machine() =>
        $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}, " +
        $"{Environment.ProcessorCount} cores";

    public static async Task WriteAsync(IReadOnlyList<CaseResult> rows, string heading, string folder, string name)
    {
        var path = Path.Combine(Directory.CreateDirectory(folder).FullName, name);
        await File.WriteAllTextAsync(path + ".md", Markdown(rows, heading));
        await File.WriteAllTextAsync(path + ".svg", Svg(rows));
        await Console.Error.WriteLineAsync($"written: {path}.md and {path}.svg");
    }

    /// <summary>A bar for each row, as long as its ratio to the baseline, cut at ten times.</summary>
    public static string Svg(IReadOnlyList<CaseResult> rows)
    {
        const int Width = 1000, Left = 420, Line = 20;
        const double Longest = 10;
        var groups = rows.GroupBy(row => row.Group).ToArray();
        var height = (rows.Count + groups.Length + 2) * Line;
        var svg = new StringBuilder();
        svg.AppendLine(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" font-family=\"system-ui, sans-serif\" font-size=\"12\">");
        svg.AppendLine(CultureInfo.InvariantCulture, $"<rect width=\"{Width}\" height=\"{height}\" fill=\"white\"/>");
        var y = Line;
        foreach (var group in groups)
        {
            svg.AppendLine(CultureInfo.InvariantCulture, $"<text x=\"10\" y=\"{y}\" font-weight=\"bold\">{WebUtility.HtmlEncode(group.Key)}</text>");
            y += Line;
            foreach (var row in group)
            {
                var bar = Math.Min(row.Ratio, Longest) / Longest * (Width - Left - 210);
                var color = row.Ratio == 1 ? "#9aa5b1" : row.Name is "WhenAll" or "AwaitEach" or "ResolvePerPublish" ? "#d9b38c" : "#2f6fde";
                svg.AppendLine(CultureInfo.InvariantCulture, $"<text x=\"{Left - 10}\" y=\"{y}\" text-anchor=\"end\">{WebUtility.HtmlEncode(row.Name)}</text>");
                svg.AppendLine(CultureInfo.InvariantCulture, $"<rect x=\"{Left}\" y=\"{y - 11}\" width=\"{bar:0.#}\" height=\"13\" fill=\"{color}\"/>");
                svg.AppendLine(CultureInfo.InvariantCulture, $"<text x=\"{Left + bar + 6:0.#}\" y=\"{y}\">{row.Ratio:0.00}× · {Time(row.Nanoseconds)} · {row.AllocatedBytes:#,0.#} B</text>");
                y += Line;
            }
        }

        return svg.AppendLine("</svg>").ToString();
    }

    private static string Time(double nanoseconds) => nanoseconds switch
    {
        < 1_000 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds:0.0} ns"),
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1_000:0.00} µs"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1_000_000:0.00} ms"),
    };
}
