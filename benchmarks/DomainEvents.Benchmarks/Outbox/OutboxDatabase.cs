using System.Text;
using DomainEvents.Outbox;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace DomainEvents.Benchmarks.Outbox;

/// <summary>A database of its own with the tables of the outbox and one of orders, and applications on it.</summary>
internal sealed class OutboxDatabase : IAsyncDisposable
{
    private readonly string _server;

    private OutboxDatabase(string server, string name)
    {
        _server = server;
        Name = name;
        ConnectionString = new NpgsqlConnectionStringBuilder(server) { Database = name, MaxPoolSize = 40 }.ConnectionString;
        Source = NpgsqlDataSource.Create(ConnectionString);
    }

    public string Name { get; }

    public string ConnectionString { get; }

    public NpgsqlDataSource Source { get; }

    public static async Task<OutboxDatabase> CreateAsync(string server)
    {
        var database = new OutboxDatabase(server, $"domain_events_benchmark_{Guid.NewGuid():N}");
        await database.OnServerAsync($"CREATE DATABASE {database.Name}");
        await using var application = database.Open(_ => { });
        await application.GetRequiredService<IOutboxSchema>().EnsureCreatedAsync();
        await database.ExecuteAsync("CREATE TABLE orders (id bigint generated always as identity primary key, customer text, total numeric)");
        await database.ExecuteAsync("CREATE TABLE plain (position bigint generated always as identity primary key, payload text)");
        return database;
    }

    /// <summary>An application on a connection pool of its own.</summary>
    public ServiceProvider Open(Action<OutboxOptions> options, Action<DomainEventsBuilder>? configure = null)
    {
        var services = new ServiceCollection().AddLogging();
        var source = NpgsqlDataSource.Create(ConnectionString);
        services.AddSingleton(_ => source);
        var builder = services.AddDomainEvents().AddEvent<ParcelSent>().UsePostgreSqlOutbox(source, options);
        configure?.Invoke(builder);
        return services.BuildServiceProvider();
    }

    public static async Task StartAsync(IServiceProvider application)
    {
        foreach (var service in application.GetServices<IHostedService>())
        {
            await service.StartAsync(CancellationToken.None);
        }
    }

    public static async Task StopAsync(IServiceProvider application)
    {
        foreach (var service in application.GetServices<IHostedService>())
        {
            await service.StopAsync(CancellationToken.None);
        }
    }

    /// <summary>Events as a writer stores them, of 200 bytes and of as many streams.</summary>
    public static OutboxMessage[] Messages(int count) =>
    [
        .. Enumerable.Range(0, count).Select(_ =>
        {
            var id = Guid.CreateVersion7();
            var partition = (int)((uint)id.GetHashCode() % OutboxMessage.PartitionCount);
            return new OutboxMessage
            {
                EventId = id,
                EventType = ParcelSent.StoredName,
                Payload = Payload,
                Stream = id.ToString(),
                Partition = partition,
                OccurredAt = DateTimeOffset.UnixEpoch,
            };
        }),
    ];

    public async Task FillAsync(IOutboxStore store, int count)
    {
        foreach (var chunk in Messages(count).Chunk(1000))
        {
            await store.WriteAsync(chunk, transaction: null, synchronous: false);
        }

        await ExecuteAsync("VACUUM ANALYZE domain_event_outbox");
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        command.CommandTimeout = 600;
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await OnServerAsync($"DROP DATABASE {Name} WITH (FORCE)");
    }

    private static readonly byte[] Payload = Encoding.UTF8.GetBytes(
        $"{{\"number\":4711,\"address\":\"{new string('x', 130)}\",\"occurredAt\":\"2026-01-01T00:00:00+00:00\"}}");

    private async Task OnServerAsync(string sql)
    {
        await using var server = NpgsqlDataSource.Create(_server);
        await using var command = server.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
