using System.Diagnostics;
using DomainEvents.Outbox;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Benchmarks.Outbox;

/// <summary>A million events: whether the last go as quickly as the first, and what memory that takes.</summary>
internal static class LargeBacklog
{
    private const int Events = 1_000_000;
    private const int Tenths = 10;

    public static async Task RunAsync(OutboxDatabase database)
    {
        await using var application = database.Open(
            options => (options.BatchSize, options.RunRelay) = (500, false), builder => builder.AddHandler<CountParcels>(ServiceLifetime.Singleton));
        var store = application.GetRequiredService<IOutboxStore>();
        for (var i = 0; i < 50; i++)
        {
            await database.FillAsync(store, Events / 50);
        }

        var before = CountParcels.Count;
        var heap = GC.GetTotalMemory(forceFullCollection: true);
        var largest = heap;
        var rates = new List<double>();
        var drain = application.GetRequiredService<IOutboxRelay>().DrainAsync();
        var started = Stopwatch.GetTimestamp();
        for (var tenth = 1; tenth <= Tenths; tenth++)
        {
            while (CountParcels.Count - before < (long)Events / Tenths * tenth)
            {
                await Task.Delay(5);
            }

            rates.Add(Events / Tenths / Stopwatch.GetElapsedTime(started).TotalSeconds);
            largest = Math.Max(largest, GC.GetTotalMemory(forceFullCollection: true));
            started = Stopwatch.GetTimestamp();
        }

        await drain;
        Console.WriteLine("\n**A backlog of a million**\n");
        OutboxReport.Write($"First tenth {rates[0]:#,0} events a second, last tenth {rates[^1]:#,0}: ratio {rates[^1] / rates[0]:0.00} (target 0.70); the heap grew by {(largest - heap) / 1048576.0:0.0} MiB (target 20).");
    }
}
