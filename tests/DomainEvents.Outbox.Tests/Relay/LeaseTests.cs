using DomainEvents.Outbox.Tests.Diagnostics;
using DomainEvents.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Outbox.Tests.Relay;

/// <summary>On real time, with short leases, and so alone: where other tests have all threads, a lease is lost as it should be.</summary>
[Collection(Alone.Name)]
public sealed class LeaseTests
{
    [Fact]
    public async Task A_handler_that_blocks_its_thread_for_longer_than_the_lease_does_not_lose_it()
    {
        using var end = new ManualResetEventSlim();
        var blocking = new Blocking(end);
        await using var application = Application(blocking, TimeSpan.FromSeconds(3));
        var renewals = 0;
        var enough = new TaskCompletionSource();
        application.Store.OnCall = (call, _) =>
        {
            if (call == "renew" && blocking.Calls > 0 && Interlocked.Increment(ref renewals) == 4)
            {
                enough.SetResult();
            }

            return default;
        };
        await application.StartAsync();
        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));

        await enough.Task.Soon(); // each a third of the lease after the other
        end.Set();
        await application.Relay.DrainAsync().Soon();
        await application.StopAsync().Soon();

        blocking.Calls.Should().Be(1);
        (await application.Store.GetStatusAsync()).Pending.Should().Be(0);
        application.Log.Entries.Should().BeEmpty();
    }

    [Fact]
    public async Task A_handler_is_cancelled_when_another_relay_has_taken_its_partition_over()
    {
        var gate = new Gate();
        await using var application = Application(gate);
        await application.StartAsync();
        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));
        await gate.Begun.Soon();

        // As if this process had stood still for longer than its lease.
        application.Store.Advance(TimeSpan.FromHours(1));
        var taken = await application.Store.RenewAsync(new RelayRenewal("other", [], [], TimeSpan.FromHours(1)));
        taken.Partitions.Should().HaveCount(OutboxMessage.PartitionCount, "the other one is silent");

        await gate.Cancelled.Soon();
        gate.Open();
        await application.StopAsync().Soon();
        (await application.Store.GetStatusAsync()).Pending.Should().Be(1, "it is the other's");
        application.Log.WithId(3005).Should().NotBeEmpty();
    }

    [Fact]
    public async Task A_handler_is_cancelled_when_its_lease_could_not_be_prolonged()
    {
        var gate = new Gate();
        await using var application = Application(gate);
        await application.StartAsync();
        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));
        await gate.Begun.Soon();

        application.Store.Failure = new TimeoutException("The database is away.");
        await gate.Cancelled.Soon();
        gate.Open();
        application.Store.Failure = null;
        await application.Relay.DrainAsync().Soon();
        await application.StopAsync().Soon();

        gate.Calls.Should().BeGreaterThan(1);
        (await application.Store.GetStatusAsync()).Pending.Should().Be(0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task No_more_handlers_run_at_once_than_asked(int max)
    {
        var counting = new Counting(max);
        await using var application = new OutboxApplication(
            events =>
            {
                events.Services.AddSingleton<IEventHandler<OrderPlaced>>(counting);
                events.AddEvent<OrderPlaced>();
            },
            options => options.MaxConcurrency = max);
        for (var i = 0; i < 60; i++)
        {
            await application.Dispatcher.PublishAsync(new OrderPlaced($"{i}"));
        }

        (await application.Relay.DrainAsync().Soon()).Should().Be(60);
        counting.Most.Should().Be(max, "all of them, and no more");
    }

    private static OutboxApplication Application(IEventHandler<OrderPlaced> handler, TimeSpan? lease = null) => new(
        events =>
        {
            events.Services.AddSingleton(handler);
            events.AddEvent<OrderPlaced>();
        },
        options => options.LeaseDuration = lease ?? TimeSpan.FromSeconds(1));

    private sealed class Blocking(ManualResetEventSlim end) : IEventHandler<OrderPlaced>
    {
        private int _calls;

        public int Calls => Volatile.Read(ref _calls);

        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _calls);
            end.Wait(Signals.Timeout, CancellationToken.None);
            return default;
        }
    }

    /// <summary>Handlers wait for each other until as many run as may.</summary>
    private sealed class Counting(int max) : IEventHandler<OrderPlaced>
    {
        private readonly TaskCompletionSource _full = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _running;
        private int _most;

        public int Most => Volatile.Read(ref _most);

        public async ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
        {
            var running = Interlocked.Increment(ref _running);
            for (var most = Most; running > most && Interlocked.CompareExchange(ref _most, running, most) != most; most = Most)
            {
            }

            if (running >= max)
            {
                _full.TrySetResult();
            }

            await _full.Task.WaitAsync(cancellationToken);
            await Task.Yield();
            Interlocked.Decrement(ref _running);
        }
    }
}
