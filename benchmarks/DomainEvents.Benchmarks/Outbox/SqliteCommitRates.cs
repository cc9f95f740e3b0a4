using System.Diagnostics;
using DomainEvents.Outbox;
using DomainEvents.Transactions;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Benchmarks.Outbox;

/// <summary>The same on SQLite, with both settings of <c>synchronous</c>, and with several threads that publish at once.</summary>
internal static class SqliteCommitRates
{
    private const int Pairs = 20;
    private static readonly TimeSpan Batch = TimeSpan.FromSeconds(0.7);

    public static async Task RunAsync(OutboxDatabase unused)
    {
        OutboxReport.Heading("SQLite");
        var folder = Directory.CreateTempSubdirectory("domain-events-benchmark");
        try
        {
            var connectionString = new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder.FullName, "shop.db") }.ConnectionString;
            await using var application = Open(connectionString);
            await application.GetRequiredService<IOutboxSchema>().EnsureCreatedAsync();
            foreach (var synchronous in (string[])["NORMAL", "FULL"])
            {
                await using var connection = new SqliteConnection(connectionString);
                await connection.OpenAsync();
                await ExecuteAsync(connection, $"PRAGMA synchronous = {synchronous}; CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, customer TEXT, total REAL)");
                var found = await RatePairs.MeasureAsync(Pairs, () => RateAsync(connection, application, raises: true), () => RateAsync(connection, application, raises: false));
                OutboxReport.Row($"synchronous = {synchronous}, with an event", "without", found, synchronous == "NORMAL" ? "0.42" : "0.90");
            }

            var threads = await RatePairs.MeasureAsync(Pairs, () => PublishRateAsync(application, 8), () => PublishRateAsync(application, 1));
            OutboxReport.Row("8 threads that publish", "1 thread", threads, "0.60");
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            folder.Delete(recursive: true);
        }
    }

    private static ServiceProvider Open(string connectionString)
    {
        SQLitePCL.Batteries_V2.Init();
        var services = new ServiceCollection().AddLogging();
        services.AddDomainEvents().AddEvent<ParcelSent>().UseSqliteOutbox(connectionString, options => options.RunRelay = false);
        return services.BuildServiceProvider();
    }

    private static async Task<double> RateAsync(SqliteConnection connection, ServiceProvider application, bool raises)
    {
        await using var scope = application.CreateAsyncScope();
        var dispatcher = scope.ServiceProvider.GetRequiredService<IEventDispatcher>();
        await using var command = connection.CreateCommand();
        command.CommandText = "INSERT INTO orders (customer, total) VALUES ('Emma', 42)";
        var commits = 0;
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < Batch)
        {
            var real = connection.BeginTransaction();
            command.Transaction = real;
            if (raises)
            {
                await using var transaction = dispatcher.Enlist(real);
                command.ExecuteNonQuery();
                transaction.Enqueue(new ParcelSent(4711, "Lighthouse Road 1"));
                await transaction.CommitAsync();
            }
            else
            {
                command.ExecuteNonQuery();
                real.Commit();
            }

            commits++;
        }

        return commits / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<double> PublishRateAsync(ServiceProvider application, int threads)
    {
        var commits = 0;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, threads).Select(_ => Task.Run(async () =>
        {
            await using var scope = application.CreateAsyncScope();
            var dispatcher = scope.ServiceProvider.GetRequiredService<IEventDispatcher>();
            while (Stopwatch.GetElapsedTime(started) < Batch)
            {
                await dispatcher.PublishAsync(new ParcelSent(4711, "Lighthouse Road 1"));
                Interlocked.Increment(ref commits);
            }
        })));
        return commits / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task ExecuteAsync(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}
