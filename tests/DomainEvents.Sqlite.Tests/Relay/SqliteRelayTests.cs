using System.Collections.Concurrent;
using DomainEvents.Outbox;
using DomainEvents.Outbox.Conformance;
using DomainEvents.TestSupport;
using DomainEvents.Transactions;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DomainEvents.Sqlite.Tests;

/// <summary>An application with its data and its outbox in one file, from the transaction to the handler.</summary>
public sealed class SqliteRelayTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<string> _handled = new();
    private readonly TaskCompletionSource _hasHandledAll = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SqliteOutboxDatabase _database = null!;
    private int _failures;
    private int _expected = int.MaxValue;

    public async Task InitializeAsync()
    {
        _database = await SqliteOutboxDatabase.CreateAsync();
        await _database.ExecuteAsync("CREATE TABLE orders (id INT PRIMARY KEY)");
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task A_handler_gets_what_was_committed_and_not_what_was_rolled_back()
    {
        await using var application = Application();
        await PlaceAsync(application, id: 1, commits: true);
        await PlaceAsync(application, id: 2, commits: false);
        await PlaceAsync(application, id: 3, commits: true);

        await application.GetRequiredService<IOutboxRelay>().DrainAsync().Soon();

        _handled.Should().Equal("1", "3");
        (await _database.CountAsync("orders"), await _database.CountAsync("domain_event_outbox")).Should().Be((2, 0));
        (await _database.CountAsync("domain_event_log")).Should().Be(2);
    }

    [Fact]
    public async Task A_failed_delivery_is_tried_again_and_the_next_event_of_its_aggregate_waits()
    {
        _failures = 1;
        await using var application = Application();
        await PlaceAsync(application, id: 1, commits: true, customer: "a");
        await PlaceAsync(application, id: 2, commits: true, customer: "a");
        var relay = application.GetRequiredService<IOutboxRelay>();

        await relay.DrainAsync().Soon();
        var status = await application.GetRequiredService<IOutboxInspector>().GetStatusAsync();
        await _database.MakeDueAsync();
        await relay.DrainAsync().Soon();

        (status.Pending, status.Retrying).Should().Be((0, 2));
        _handled.Should().Equal("1", "2");
        (await _database.CountAsync("domain_event_delivery")).Should().Be(0);
    }

    [Fact]
    public async Task Two_hosts_on_one_file_handle_each_event_once()
    {
        _expected = 60;
        await using var first = Application();
        await using var second = Application();
        foreach (var application in new[] { first, second })
        {
            foreach (var service in application.GetServices<IHostedService>())
            {
                await service.StartAsync(CancellationToken.None);
            }
        }

        await Task.WhenAll(Enumerable.Range(0, 2).Select(half => Task.Run(async () =>
        {
            for (var id = half; id < _expected; id += 2)
            {
                await PlaceAsync(half == 0 ? first : second, id, commits: true, customer: $"{id % 7}");
            }
        })));

        await _hasHandledAll.Task.Soon();
        foreach (var service in first.GetServices<IHostedService>().Concat(second.GetServices<IHostedService>()))
        {
            await service.StopAsync(CancellationToken.None).Soon();
        }

        _handled.Should().BeEquivalentTo(Enumerable.Range(0, 60).Select(id => $"{id}"));
    }

    private ServiceProvider Application()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IEventHandler<OrderPlaced>>(new Handler(this));
        services.AddDomainEvents().AddEvent<OrderPlaced>().UseSqliteOutbox(_database.ConnectionString, options =>
        {
            options.PollingInterval = TimeSpan.FromMilliseconds(50);
            options.FirstRetryDelay = TimeSpan.FromHours(1);
        });
        return services.BuildServiceProvider();
    }

    private async Task PlaceAsync(ServiceProvider application, int id, bool commits, string customer = "Emma")
    {
        await using var scope = application.CreateAsyncScope();
        await using var connection = new SqliteConnection(_database.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = connection.BeginTransaction();
        await using var events = scope.ServiceProvider.GetRequiredService<IEventDispatcher>().Enlist(transaction);
        await OutboxDatabase.ExecuteAsync(connection, $"INSERT INTO orders VALUES ({id})", transaction);
        var aggregate = new Customer(customer);
        aggregate.Place(id);
        events.Enqueue(aggregate);
        if (commits)
        {
            await events.CommitAsync();
        }
        else
        {
            await events.RollbackAsync();
        }
    }

    private void Handle(OrderPlaced placed)
    {
        if (Interlocked.Decrement(ref _failures) >= 0)
        {
            throw new InvalidOperationException("The printer is out of paper.");
        }

        _handled.Enqueue($"{placed.Id}");
        if (_handled.Count == _expected)
        {
            _hasHandledAll.TrySetResult();
        }
    }

    [EventType("shop.order-placed")]
    private sealed record OrderPlaced(int Id) : DomainEvent;

    private sealed class Customer : AggregateRoot<string>
    {
        public Customer(string id) => Id = id;

        public void Place(int order) => Raise(new OrderPlaced(order));
    }

    [EventHandler(Name = "mail")]
    private sealed class Handler(SqliteRelayTests tests) : IEventHandler<OrderPlaced>
    {
        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
        {
            tests.Handle(domainEvent);
            return default;
        }
    }
}
