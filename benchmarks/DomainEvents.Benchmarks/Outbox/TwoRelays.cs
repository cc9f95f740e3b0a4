using System.Diagnostics;
using DomainEvents.Outbox;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Benchmarks.Outbox;

/// <summary>Two relays that share the partitions against one, on the same backlog.</summary>
internal static class TwoRelays
{
    private const int Pairs = 10;

    public static async Task RunAsync(OutboxDatabase database)
    {
        OutboxReport.Heading("Two relays");
        foreach (var batch in (int[])[20, 50])
        {
            var found = await RatePairs.MeasureAsync(Pairs, () => RateAsync(database, batch, relays: 2), () => RateAsync(database, batch, relays: 1));
            OutboxReport.Row($"two relays, {batch} at once", "one", found, "1.25");
        }
    }

    private static async Task<double> RateAsync(OutboxDatabase database, int batch, int relays)
    {
        await database.ExecuteAsync("TRUNCATE domain_event_outbox, domain_event_log");
        var applications = Enumerable.Range(0, relays).Select(_ => database.Open(
            options => (options.BatchSize, options.LeaseDuration, options.KeepHistory) = (batch, TimeSpan.FromSeconds(3), false),
            builder => builder.AddHandler<CountParcels>(ServiceLifetime.Singleton))).ToList();
        foreach (var application in applications)
        {
            await OutboxDatabase.StartAsync(application);
        }

        // Until the shares are even.
        await WhenAsync(database, $"select count(*) = {relays} and min(n) = {64 / relays} from (select count(*) n from domain_event_partition where owner is not null group by owner) owners");
        var before = CountParcels.Count;
        await database.FillAsync(applications[0].GetRequiredService<IOutboxStore>(), DrainRates.Events);
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(applications.Select(application => application.GetRequiredService<IOutboxRelay>().DrainAsync()));
        var rate = (CountParcels.Count - before) / Stopwatch.GetElapsedTime(started).TotalSeconds;
        foreach (var application in applications)
        {
            await OutboxDatabase.StopAsync(application);
            await application.DisposeAsync();
        }

        return rate;
    }

    private static async Task WhenAsync(OutboxDatabase database, string sql)
    {
        while (true)
        {
            await using var command = database.Source.CreateCommand(sql);
            if (await command.ExecuteScalarAsync() is true)
            {
                return;
            }

            await Task.Delay(50);
        }
    }
}
