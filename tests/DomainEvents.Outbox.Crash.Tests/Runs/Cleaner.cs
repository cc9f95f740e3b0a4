using DomainEvents.Outbox.CrashChild;

namespace DomainEvents.Outbox.Crash.Tests.Runs;

/// <summary>A relay that nobody kills. Dead letters are requeued.</summary>
internal sealed class Cleaner(CrashRun run)
{
    /// <summary>Relays until nothing is left.</summary>
    /// <returns>The dead letters that there were.</returns>
    public async Task<IReadOnlyList<DeadLetter>> CleanAsync()
    {
        var deadLetters = new List<DeadLetter>();
        await using var application = new OrderApplication(run.NewOptions("cleaner") with { Writers = 0 });
        await application.StartAsync();
        await Eventually.TrueAsync(
            async () =>
            {
                await foreach (var deadLetter in application.Inspector.GetDeadLettersAsync())
                {
                    deadLetters.Add(deadLetter);
                    await application.Inspector.RequeueAsync(deadLetter.Position, deadLetter.HandlerName);
                }

                return await application.Inspector.GetStatusAsync() is { Pending: 0, Retrying: 0, Dead: 0, Parked: 0 };
            },
            async () => $"a relay that nobody kills did all there was. {await application.Inspector.GetStatusAsync()} {await DescribeAsync()}");
        await application.StopAsync();
        return deadLetters;
    }

    /// <summary>How it stands, for messages about what has gone wrong.</summary>
    public async Task<string> DescribeAsync()
    {
        var tables = new[] { "customer_order", "journal", "domain_event_outbox", "domain_event_delivery", "domain_event_log" };
        var counts = new List<string>();
        foreach (var table in tables)
        {
            counts.Add($"{table}: {await run.Database.CountAsync(table)}");
        }

        var owners = await run.Database.Orders.QueryAsync(
            "SELECT owner, COUNT(*), MAX(epoch) FROM domain_event_partition GROUP BY owner",
            row => $"{(row.IsDBNull(0) ? "nobody" : row.GetValue(0))} owns {row.GetValue(1)} (epoch {row.GetValue(2)})");
        return $"{string.Join(", ", counts)}; {string.Join(", ", owners)}; seed {run.Seed}";
    }
}
