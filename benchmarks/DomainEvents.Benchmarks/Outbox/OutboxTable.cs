using DomainEvents.Benchmarks.Reports;
using Npgsql;

namespace DomainEvents.Benchmarks.Outbox;

/// <summary>What the outbox costs a commit, how quickly it delivers, and how much, beside raw loops over the same tables.</summary>
internal static class OutboxTable
{
    public const string Command = "outbox";

    private const string Variable = "DOMAIN_EVENTS_POSTGRES";

    private static readonly Dictionary<string, Func<OutboxDatabase, Task>> Sections = new(StringComparer.Ordinal)
    {
        ["commit"] = CommitRates.RunAsync,
        ["latency"] = Latencies.RunAsync,
        ["drain"] = DrainRates.RunAsync,
        ["relays"] = TwoRelays.RunAsync,
        ["backlog"] = LargeBacklog.RunAsync,
        ["sqlite"] = SqliteCommitRates.RunAsync,
    };

    public static async Task<int> RunAsync(string[] args)
    {
        if (args is [LatencyReceiver.Command, var database])
        {
            return await LatencyReceiver.RunAsync(database);
        }

        var connectionString = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(connectionString) || Array.Exists(args, section => !Sections.ContainsKey(section)))
        {
            await Console.Error.WriteLineAsync(
                $"Usage: dotnet run -c Release --project benchmarks/DomainEvents.Benchmarks -- outbox [{string.Join('|', Sections.Keys)}] ...\n" +
                $"It needs a PostgreSQL server, and a user who may create a database there: {Variable}=Host=127.0.0.1;Username=postgres;Database=postgres\n" +
                "One of its own starts with    . .ci/postgres.sh; postgres_start    and stops with    postgres_stop");
            return 2;
        }

        Console.WriteLine($"{RatioReport.Machine()}; PostgreSQL {await VersionAsync(connectionString)}, fsync on, synchronous_commit on.");
        foreach (var (name, run) in Sections.Where(section => args.Length == 0 || args.Contains(section.Key, StringComparer.Ordinal)))
        {
            await Console.Error.WriteLineAsync($"measuring {name} …");
            await using var fresh = await OutboxDatabase.CreateAsync(connectionString);
            await run(fresh);
        }

        return 0;
    }

    private static async Task<object?> VersionAsync(string connectionString)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        await using var command = database.CreateCommand("SHOW server_version");
        return await command.ExecuteScalarAsync();
    }
}
