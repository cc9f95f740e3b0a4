using System.Diagnostics;
using DomainEvents.Outbox;
using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace DomainEvents.Benchmarks.Outbox;

/// <summary>An order with one event against the same order without.</summary>
internal static class CommitRates
{
    private const int Pairs = 20;
    private const string InsertOrder = "INSERT INTO orders (customer, total) VALUES (@customer, @total)";
    private static readonly TimeSpan Batch = TimeSpan.FromSeconds(0.7);

    public static async Task RunAsync(OutboxDatabase database)
    {
        await using var application = database.Open(options => options.RunRelay = false);
        var store = application.GetRequiredService<IOutboxStore>();
        OutboxReport.Heading("Commit with one event");
        await using var prepared = NpgsqlDataSource.Create(database.ConnectionString + ";Max Auto Prepare=20");
        foreach (var (source, preparation) in new[] { (prepared, "prepared"), (database.Source, "not prepared") })
        {
            foreach (var writers in (int[])[1, 8])
            {
                var batch = await RatePairs.MeasureAsync(
                    Pairs,
                    () => RateAsync(source, writers, connection => InOneBatchAsync(connection, store)),
                    () => RateAsync(source, writers, connection => InOneBatchAsync(connection, store: null)));
                OutboxReport.Row($"one command, {preparation}, {writers} writer(s), with an event", "without", batch, writers == 1 ? "0.95" : "0.85");
                var enlisted = await RatePairs.MeasureAsync(
                    Pairs,
                    () => RateAsync(source, writers, connection => EnlistedAsync(connection, application)),
                    () => RateAsync(source, writers, InTransactionAsync));
                OutboxReport.Row($"Enlist, {preparation}, {writers} writer(s), with an event", "BEGIN, INSERT, COMMIT", enlisted, "");
            }
        }
    }

    private static async Task<double> RateAsync(NpgsqlDataSource source, int writers, Func<NpgsqlConnection, Task> commit)
    {
        await using (var truncate = source.CreateCommand("TRUNCATE domain_event_outbox, orders"))
        {
            await truncate.ExecuteNonQueryAsync();
        }

        var commits = 0;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => Task.Run(async () =>
        {
            await using var connection = await source.OpenConnectionAsync();
            while (Stopwatch.GetElapsedTime(started) < Batch)
            {
                await commit(connection);
                Interlocked.Increment(ref commits);
            }
        })));
        return commits / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task InOneBatchAsync(NpgsqlConnection connection, IOutboxStore? store)
    {
        await using var command = Insert(connection);
        store?.AddInsert(command, OutboxDatabase.Messages(1));
        await command.ExecuteNonQueryAsync();
    }

    private static async Task InTransactionAsync(NpgsqlConnection connection)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = Insert(connection);
        await command.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
    }

    private static async Task EnlistedAsync(NpgsqlConnection connection, IServiceProvider application)
    {
        await using var scope = application.CreateAsyncScope();
        var dispatcher = scope.ServiceProvider.GetRequiredService<IEventDispatcher>();
        await using var transaction = dispatcher.Enlist(await connection.BeginTransactionAsync());
        await using var command = Insert(connection);
        await command.ExecuteNonQueryAsync();
        transaction.Enqueue(new ParcelSent(4711, "Lighthouse Road 1"));
        await transaction.CommitAsync();
    }

    private static NpgsqlCommand Insert(NpgsqlConnection connection)
    {
        var command = connection.CreateCommand();
        command.CommandText = InsertOrder;
        command.Parameters.AddWithValue("customer", "Emma");
        command.Parameters.AddWithValue("total", 42m);
        return command;
    }
}
