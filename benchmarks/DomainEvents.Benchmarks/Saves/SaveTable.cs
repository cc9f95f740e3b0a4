using System.Globalization;
using Npgsql;

namespace DomainEvents.Benchmarks.Saves;

/// <summary>What events cost a save with Entity Framework Core on PostgreSQL, in about eight minutes.</summary>
internal static class SaveTable
{
    public const string Command = "efcore";

    public static Task<int> RunAsync(string[] args) => SaveDatabase.RunAsync(Command, args, async database =>
    {
        await WriteRatiosAsync(database);
        await WriteAllocationsAsync(database);
    });

    private static async Task WriteRatiosAsync(NpgsqlDataSource database)
    {
        Console.WriteLine("| Context | Writers | Compared with a save without | Saves a second without | with | Ratio of times | 95 % interval |\n|---|--:|---|--:|--:|--:|--:|");
        foreach (var isPooled in (bool[])[true, false])
        {
            await using var without = SaveCase.Without(database, isPooled);
            await using var withNoOps = SaveCase.WithNoOpInterceptors(database, isPooled);
            await using var withOneEvent = SaveCase.WithOneEvent(database, isPooled);
            foreach (var writers in (int[])[1, 8])
            {
                foreach (var with in isPooled ? (SaveCase[])[withOneEvent] : [withOneEvent, withNoOps])
                {
                    var context = isPooled ? "from a pool" : "new";
                    await Console.Error.WriteLineAsync($"measuring {with.Name}, a context {context}, {writers} at once …");
                    var found = await SavePairs.MeasureAsync(with, without, writers);
                    Write($"| {context} | {writers} | {with.Name} | {found.SavesWithout:#,0} | {found.SavesWith:#,0} | {found.Ratio.Median:0.000} | {found.Ratio.Low:0.000} to {found.Ratio.High:0.000} |");
                }
            }
        }

        Console.WriteLine();
    }

    private static async Task WriteAllocationsAsync(NpgsqlDataSource database)
    {
        const int Rounds = 7, Saves = 500;
        await Console.Error.WriteLineAsync("measuring allocations …");
        SaveCase[] cases =
        [
            SaveCase.Without(database, isPooled: false), SaveCase.WithNoOpInterceptors(database, isPooled: false),
            SaveCase.WithNothingPending(database, isPooled: false), SaveCase.WithOneEvent(database, isPooled: false),
        ];
        var samples = cases.Select(_ => new List<double>()).ToArray();
        for (var round = 0; round <= Rounds; round++)
        {
            for (var i = 0; i < cases.Length; i++)
            {
                var bytes = await cases[i].MeasureAllocationAsync(Saves);
                if (round > 0)
                {
                    samples[i].Add(bytes);
                }
            }
        }

        Console.WriteLine("| A save, with its scope and a new context | Allocated |\n|---|--:|");
        for (var i = 0; i < cases.Length; i++)
        {
            Write($"| {cases[i].Name} | {RatioInterval.Of(samples[i]).Median:#,0} B |");
            await cases[i].DisposeAsync();
        }
    }

    private static void Write(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
