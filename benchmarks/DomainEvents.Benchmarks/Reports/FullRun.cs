using BenchmarkDotNet.Reports;

namespace DomainEvents.Benchmarks.Reports;

/// <summary>Reads the results of a full run.</summary>
public static class FullRun
{
    public static IReadOnlyList<CaseResult> Read(IEnumerable<Summary> summaries) =>
    [
        .. from summary in summaries
           from report in summary.Reports
           where report.ResultStatistics is not null
           let name = GroupOf(report)
           group report by name into reports
           orderby reports.Key
           let baseline = reports.FirstOrDefault(report => report.BenchmarkCase.Descriptor.Baseline)?.ResultStatistics?.Median
           from report in reports.OrderByDescending(report => report.BenchmarkCase.Descriptor.Baseline)
           select new CaseResult(
               reports.Key,
               report.BenchmarkCase.Descriptor.WorkloadMethod.Name,
               report.ResultStatistics!.Median,
               baseline is { } median ? report.ResultStatistics.Median / median : 1,
               report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) ?? 0),
    ];

    private static string GroupOf(BenchmarkReport report)
    {
        var parameters = string.Join(", ", report.BenchmarkCase.Parameters.Items.Select(item => $"{item.Name} {item.Value}"));
        var type = report.BenchmarkCase.Descriptor.Type.Name;
        return parameters.Length == 0 ? type : $"{type}, {parameters}";
    }
}
