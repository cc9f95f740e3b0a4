using System.Diagnostics;
using DomainEvents.Outbox;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace DomainEvents.Benchmarks.Outbox;

/// <summary>A backlog, drained by the relay against the loop that one would write by hand: select for update skip locked, delete.</summary>
internal static class DrainRates
{
    public const int Events = 50_000;
    private const int Pairs = 10;

    public static async Task RunAsync(OutboxDatabase database)
    {
        OutboxReport.Heading("Drain of a backlog");
        foreach (var batch in (int[])[50, 100, 500])
        {
            foreach (var keeps in (bool[])[false, true])
            {
                await using var application = database.Open(
                    options => (options.BatchSize, options.RunRelay, options.KeepHistory) = (batch, false, keeps),
                    builder => builder.AddHandler<CountParcels>(ServiceLifetime.Singleton));
                var store = application.GetRequiredService<IOutboxStore>();
                var log = keeps ? ", to the log" : "";
                var storeOnly = await RatePairs.MeasureAsync(
                    Pairs, () => RateAsync(database, store, () => ExchangeAsync(store, batch, keeps)), () => RateAsync(database, store, () => SkipLockedAsync(database, batch, keeps)));
                OutboxReport.Row($"store alone, {batch} at once{log}", "skip locked, delete", storeOnly, "1.00");
                var whole = await RatePairs.MeasureAsync(
                    Pairs,
                    () => RateAsync(database, store, () => application.GetRequiredService<IOutboxRelay>().DrainAsync()),
                    () => RateAsync(database, store, () => SkipLockedAsync(database, batch, keeps)));
                OutboxReport.Row($"relay with JSON and a handler, {batch} at once{log}", "skip locked, delete", whole, "0.75");
            }
        }

        await RunBesideAnotherProcessAsync(database);
    }

    /// <summary>Another process has a handler that this one has not: each event leaves a delivery behind for it, and they pile up while this one drains.</summary>
    private static async Task RunBesideAnotherProcessAsync(OutboxDatabase database)
    {
        const int Batch = 100;
        await using var application = database.Open(
            options => (options.BatchSize, options.RunRelay) = (Batch, false), builder => builder.AddHandler<CountParcels>(ServiceLifetime.Singleton));
        var store = application.GetRequiredService<IOutboxStore>();
        var announcement = new RelayRenewal("another process", [], [new("index", ParcelSent.StoredName)], TimeSpan.FromMinutes(1), IsLeaving: true);
        var found = await RatePairs.MeasureAsync(
            Pairs,
            () => RateAsync(database, store, () => application.GetRequiredService<IOutboxRelay>().DrainAsync(), announcement),
            () => RateAsync(database, store, () => SkipLockedAsync(database, Batch, keeps: true)));
        OutboxReport.Row($"relay with JSON and a handler, {Batch} at once, to the log and to another process", "skip locked, delete", found, "");
    }

    private static async Task<double> RateAsync(OutboxDatabase database, IOutboxStore store, Func<Task<int>> drain, RelayRenewal? another = null)
    {
        await database.ExecuteAsync("TRUNCATE domain_event_outbox, domain_event_log, domain_event_delivery, domain_event_handler");
        if (another is not null)
        {
            await store.RenewAsync(another);
        }

        await database.FillAsync(store, Events);
        var started = Stopwatch.GetTimestamp();
        var drained = await drain();
        var rate = drained / Stopwatch.GetElapsedTime(started).TotalSeconds;
        return drained == Events ? rate : throw new InvalidOperationException($"{drained} of {Events} events were drained.");
    }

    /// <summary>As the relay asks the store, with nothing around it: each exchange acknowledges what the last one has read.</summary>
    private static async Task<int> ExchangeAsync(IOutboxStore store, int batch, bool keeps)
    {
        const string Relay = "benchmark";
        HandlerAnnouncement[] handlers = [new("count", ParcelSent.StoredName)];
        var lease = await store.RenewAsync(new RelayRenewal(Relay, [], handlers, TimeSpan.FromMinutes(1)));
        var owned = lease.Partitions.Select(partition => partition.Owned).ToArray();
        var read = new OutboxRead
        {
            Partitions = [.. owned.Select(partition => partition.Partition)],
            EventTypes = new Dictionary<string, int>(StringComparer.Ordinal) { [ParcelSent.StoredName] = 1 },
            Limit = batch,
        };
        var (drained, acknowledgements) = (0, Array.Empty<Acknowledgement>());
        while (true)
        {
            var result = await store.ExchangeAsync(new OutboxExchange
            {
                Relay = Relay,
                Fence = owned,
                Acknowledgements = acknowledgements,
                Handlers = handlers,
                Read = read,
                KeepHistory = keeps,
            });
            if (result.Events.Count == 0)
            {
                await store.ReleaseAsync(Relay, owned, leaves: true);
                return drained;
            }

            drained += result.Events.Count;
            acknowledgements = [.. result.Events.Select(entry => new Acknowledgement { Position = entry.Message.Position, Partition = entry.Message.Partition })];
        }
    }

    private static async Task<int> SkipLockedAsync(OutboxDatabase database, int batch, bool keeps)
    {
        await using var connection = await database.Source.OpenConnectionAsync();
        var drained = 0;
        while (true)
        {
            await using var transaction = await connection.BeginTransactionAsync();
            var positions = await SelectAsync(connection, batch);
            if (positions.Count == 0)
            {
                return drained;
            }

            await using var delete = new NpgsqlCommand(
                keeps
                    ? "with gone as (delete from domain_event_outbox where position = any($1) returning *) insert into domain_event_log select g.position, " +
                      "g.event_id, g.event_type, g.version, g.payload, g.metadata, g.tenant_id, g.stream, g.partition, g.occurred_at, g.stored_at from gone g"
                    : "delete from domain_event_outbox where position = any($1)",
                connection)
            {
                Parameters = { new NpgsqlParameter<long[]> { TypedValue = [.. positions] } },
            };
            await delete.PrepareAsync();
            await delete.ExecuteNonQueryAsync();
            await transaction.CommitAsync();
            drained += positions.Count;
        }
    }

    private static async Task<List<long>> SelectAsync(NpgsqlConnection connection, int batch)
    {
        await using var select = new NpgsqlCommand(
            "select position, event_id, event_type, version, payload, metadata, tenant_id, stream, occurred_at " +
            "from domain_event_outbox order by position limit $1 for update skip locked",
            connection)
        {
            Parameters = { new NpgsqlParameter<int> { TypedValue = batch } },
        };
        await select.PrepareAsync();
        await using var reader = await select.ExecuteReaderAsync();
        var positions = new List<long>(batch);
        while (await reader.ReadAsync())
        {
            positions.Add(reader.GetInt64(0));
            _ = reader.GetGuid(1);
            _ = reader.GetString(2);
            _ = reader.GetFieldValue<byte[]>(4);
            _ = reader.GetString(7);
        }

        return positions;
    }
}
