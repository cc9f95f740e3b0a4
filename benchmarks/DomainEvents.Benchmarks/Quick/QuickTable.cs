using DomainEvents.Benchmarks.Reports;

namespace DomainEvents.Benchmarks.Quick;

/// <summary>
/// The ratio table in under three minutes: the same benchmarks as BenchmarkDotNet runs, interleaved in one process, so
/// that what disturbs one disturbs its baseline as well. For a look; published figures come from a full run.
/// </summary>
public static class QuickTable
{
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is not ([] or [_] or [_, _]))
        {
            await Console.Error.WriteLineAsync("Usage: dotnet run -c Release --project benchmarks/DomainEvents.Benchmarks -- quick [folder for quick.md and quick.svg [only groups that start with this]]");
            return 2;
        }

        var rows = new List<CaseResult>();
        foreach (var group in QuickGroup.FindAll().Where(group => args is not [_, var start] || group.Name.StartsWith(start, StringComparison.Ordinal)))
        {
            await Console.Error.WriteLineAsync($"measuring {group.Name} …");
            rows.AddRange(await (group.IsPinned ? OneCore.MeasureAsync(group) : group.MeasureAsync()));
        }

        var heading = $"{RatioReport.Machine()}. Medians of interleaved rounds in one process.";
        Console.WriteLine(RatioReport.Markdown(rows, heading));
        await RatioReport.WriteAsync(rows, heading, args is [var path, ..] ? path : "BenchmarkDotNet.Artifacts", "quick");
        return 0;
    }
}
