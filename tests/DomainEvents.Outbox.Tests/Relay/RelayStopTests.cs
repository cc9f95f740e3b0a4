using DomainEvents.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace DomainEvents.Outbox.Tests.Relay;

public sealed class RelayStopTests
{
    private static readonly CancellationToken TimeIsOver = new(canceled: true);

    [Fact]
    public async Task Stopping_twice_and_at_the_same_time_is_as_once()
    {
        var gate = new Gate();
        await using var application = Application(gate);
        await application.StartAsync();
        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));
        await gate.Begun.Soon();

        var (first, second) = (application.StopAsync(), application.StopAsync());
        gate.Open();
        await Task.WhenAll(first, second).Soon();
        await application.StopAsync().Soon();

        (await application.Store.GetStatusAsync()).Pending.Should().Be(0);
        (await OwnedByOthersAsync(application)).Should().Be(0);
    }

    [Fact]
    public async Task A_second_stop_whose_time_is_over_ends_the_first()
    {
        var gate = new Gate();
        await using var application = Application(gate);
        await application.StartAsync();
        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));
        await gate.Begun.Soon();

        var first = application.StopAsync();
        await application.StopAsync(TimeIsOver).Soon();
        await first.Soon();

        gate.Cancelled.IsCompleted.Should().BeTrue();
    }

    [Fact]
    public async Task Stopping_a_relay_that_never_started_does_nothing()
    {
        await using var application = Application(new Gate());
        await application.StopAsync().Soon();
        application.Store.Calls.Should().Be(0);
    }

    [Fact]
    public async Task Stopping_at_any_moment_of_the_start_ends_and_leaves_nothing_owned()
    {
        for (var i = 0; i < 50; i++)
        {
            await using var application = Application(new Gate());
            var start = Task.Run(application.StartAsync);
            var stop = Task.Run(() => application.StopAsync());
            await Task.WhenAll(start, stop).Soon();
            await application.StopAsync().Soon();
            (await OwnedByOthersAsync(application)).Should().Be(0);
        }
    }

    [Fact]
    public async Task A_start_that_is_cancelled_starts_nothing()
    {
        await using var application = Application(new Gate());
        var service = application.Services.GetServices<IHostedService>().Last();
        await service.Awaiting(it => it.StartAsync(TimeIsOver)).Should().ThrowAsync<OperationCanceledException>();
        application.Store.Calls.Should().Be(0);
    }

    [Fact]
    public async Task It_can_be_started_again()
    {
        await using var application = new OutboxApplication(events => events.AddEvent<OrderPlaced>().AddHandler<SendMail>());
        for (var i = 0; i < 3; i++)
        {
            await application.StartAsync();
            await application.Dispatcher.PublishAsync(new OrderPlaced($"{i}"));
            (await application.Journal.NextAsync().Soon()).Should().Be($"mail {i}");
            await application.StopAsync().Soon();
        }
    }

    [Fact]
    public async Task Disposing_without_a_stop_cancels_the_handlers_and_gives_the_partitions_back()
    {
        var gate = new Gate();
        var application = Application(gate);
        await application.StartAsync();
        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));
        await gate.Begun.Soon();

        await application.DisposeAsync().Soon();

        gate.Cancelled.IsCompleted.Should().BeTrue();
        (await application.Store.GetStatusAsync()).Pending.Should().Be(1);
        (await OwnedByOthersAsync(application)).Should().Be(0);
    }

    [Fact]
    public async Task What_ends_while_the_container_is_disposed_of_is_acknowledged_as_the_store_goes_after_the_relay()
    {
        var gate = new Gate(ignoresToken: true);
        var store = new InMemoryStore();
        var application = new OutboxApplication(events =>
        {
            events.Services.RemoveAll<IOutboxStore>();
            events.Services.AddSingleton(_ => new Connections(store));
            events.Services.AddSingleton<IOutboxStore>(services => services.GetRequiredService<Connections>().Store);
            events.Services.AddSingleton<IEventHandler<OrderPlaced>>(gate);
            events.AddEvent<OrderPlaced>();
        });
        await application.StartAsync();
        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));
        await gate.Begun.Soon();

        var disposal = application.DisposeAsync();
        await gate.Cancelled.Soon();
        gate.Open();
        await disposal.Soon();

        store.Failure.Should().BeOfType<ObjectDisposedException>("it is gone by now");
        store.Failure = null;
        (await store.GetStatusAsync()).Pending.Should().Be(0);
    }

    [Fact]
    public async Task A_container_that_is_disposed_of_without_waiting_ends_its_relay_as_well()
    {
        var gate = new Gate();
        var application = Application(gate);
        await application.StartAsync();
        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));
        await gate.Begun.Soon();

        application.Services.Dispose();

        await gate.Cancelled.Soon();
    }

    [Fact]
    public async Task A_container_that_is_being_disposed_of_and_has_not_come_to_its_relay_yet_ends_it_at_the_first_handler_that_fails()
    {
        var gate = new Gate(failure: new InvalidOperationException("What it needs is gone."));
        var slow = new TaskCompletionSource();
        var released = new TaskCompletionSource();
        var application = new OutboxApplication(events =>
        {
            events.Services.AddSingleton<IEventHandler<OrderPlaced>>(gate);
            events.Services.AddSingleton(_ => new SlowToDispose(slow.Task));
            events.AddEvent<OrderPlaced>();
        });
        application.Store.OnCall = (call, _) =>
        {
            if (call == "release")
            {
                released.TrySetResult();
            }

            return default;
        };
        await application.StartAsync();
        _ = application.Services.GetRequiredService<SlowToDispose>(); // made after the relay, and so disposed of before it
        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));
        await gate.Begun.Soon();

        var disposal = application.DisposeAsync();
        gate.Open();
        await released.Task.Soon();

        gate.Calls.Should().Be(1);
        slow.SetResult();
        await disposal.Soon();
        (await application.Store.GetStatusAsync()).Pending.Should().Be(1);
        (await OwnedByOthersAsync(application)).Should().Be(0);
    }

    [Fact]
    public async Task When_the_time_is_over_the_partitions_are_given_back_and_what_was_left_is_told()
    {
        var gate = new Gate();
        await using var application = Application(gate);
        await application.StartAsync();
        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));
        await gate.Begun.Soon();

        await application.StopAsync(TimeIsOver).Soon();

        (await application.Store.GetStatusAsync()).Pending.Should().Be(1);
        (await OwnedByOthersAsync(application)).Should().Be(0, "nobody has to wait for the leases");
        var told = application.Log.WithId(3006).Should().ContainSingle().Subject;
        told.State["Count"].Should().Be(1);
        application.Log.Entries.Should().NotContain(entry => entry.EventId.Name == "OutboxLeaseLost");
    }

    [Fact]
    public async Task A_handler_that_ignores_its_token_holds_up_neither_the_stop_nor_the_disposal()
    {
        var gate = new Gate(ignoresToken: true);
        var application = Application(gate);
        await application.StartAsync();
        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));
        await gate.Begun.Soon();

        await application.StopAsync(TimeIsOver).Soon();
        await application.DisposeAsync().Soon();

        gate.Cancelled.IsCompleted.Should().BeTrue();
        (await OwnedByOthersAsync(application)).Should().Be(1, "who knows what it still does there: the lease runs out");
        gate.Open();
    }

    [Fact]
    public async Task What_a_handler_has_registered_with_its_token_holds_up_neither()
    {
        using var end = new ManualResetEventSlim();
        var blocking = new BlockedByItsCallback(end);
        var application = new OutboxApplication(events =>
        {
            events.Services.AddSingleton<IEventHandler<OrderPlaced>>(blocking);
            events.AddEvent<OrderPlaced>();
        });
        await application.StartAsync();
        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));
        await blocking.Begun.Soon();

        await application.StopAsync(TimeIsOver).WaitAsync(Signals.Timeout / 2);
        await application.DisposeAsync().AsTask().WaitAsync(Signals.Timeout / 2);

        (await blocking.Called.Soon()).Should().BeFalse("it is still there");
        end.Set();
    }

    [Fact]
    public async Task A_handler_that_has_ended_while_what_it_registered_with_its_token_has_not_keeps_no_partition()
    {
        using var end = new ManualResetEventSlim();
        var blocking = new BlockedByItsCallback(end, endsWithItsToken: true);
        await using var application = new OutboxApplication(events =>
        {
            events.Services.AddSingleton<IEventHandler<OrderPlaced>>(blocking);
            events.AddEvent<OrderPlaced>();
        });
        await application.StartAsync();
        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));
        await blocking.Begun.Soon();

        await application.StopAsync(TimeIsOver).WaitAsync(Signals.Timeout / 2);

        (await OwnedByOthersAsync(application)).Should().Be(0);
        end.Set();
    }

    [Fact]
    public async Task A_store_that_hangs_holds_up_neither()
    {
        var application = Application(new Gate());
        var asked = new TaskCompletionSource();
        application.Store.OnCall = (_, _) =>
        {
            asked.TrySetResult();
            return new ValueTask(new TaskCompletionSource().Task);
        };
        await application.StartAsync();
        await asked.Task.Soon();

        await application.StopAsync(TimeIsOver).Soon();
        await application.DisposeAsync().Soon();
    }

    [Fact]
    public async Task A_relay_that_meets_a_bug_says_so_and_leaves_the_host_running()
    {
        await using var application = Application(new Gate());
        var told = new TaskCompletionSource();
        application.Log.OnLog = entry => _ = entry.EventId.Id == 3008 && told.TrySetResult();
        application.Store.OnAnswer = result => result with { Events = [null!] };
        await application.StartAsync();
        await told.Task.Soon();

        await application.Awaiting(it => it.Relay.DrainAsync().Soon()).Should().ThrowAsync<OperationCanceledException>();
        await application.StopAsync().Soon();
        application.Log.WithId(3008).Should().ContainSingle().Which.Level.Should().Be(Microsoft.Extensions.Logging.LogLevel.Critical);
    }

    [Fact]
    public async Task A_stop_in_time_tells_nothing()
    {
        await using var application = new OutboxApplication(events => events.AddEvent<OrderPlaced>().AddHandler<SendMail>());
        await application.StartAsync();
        await application.Relay.DrainAsync().Soon();
        await application.StopAsync().Soon();
        application.Log.Entries.Should().BeEmpty();
    }

    [Fact]
    public async Task Without_RunRelay_nothing_starts()
    {
        var wakeUp = new FakeWakeUp();
        await using var application = new OutboxApplication(
            events =>
            {
                events.Services.AddSingleton<IOutboxWakeUp>(wakeUp);
                events.AddEvent<OrderPlaced>().AddHandler<SendMail>();
            },
            options => (options.RunRelay, options.HistoryRetention) = (false, TimeSpan.FromDays(1)));
        await application.StartAsync();
        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));
        await application.StopAsync().Soon();

        application.Store.Calls.Should().Be(1, "the event was stored");
        wakeUp.Listeners.Should().Be(0);
        (await application.Relay.DrainAsync().Soon()).Should().Be(1);
    }

    private static OutboxApplication Application(Gate gate) => new(events =>
    {
        events.Services.AddSingleton<IEventHandler<OrderPlaced>>(gate);
        events.AddEvent<OrderPlaced>();
    });

    /// <summary>How many partitions a relay that comes now does not get at once.</summary>
    private static async Task<int> OwnedByOthersAsync(OutboxApplication application)
    {
        application.Store.OnCall = null;
        var lease = await application.Store.RenewAsync(new RelayRenewal("next", [], [], TimeSpan.FromSeconds(30)));
        lease.Partitions.Where(partition => partition.Interruption != null).Should().BeEmpty();
        return OutboxMessage.PartitionCount - lease.Partitions.Count;
    }

    /// <summary>What a store that the container has made cannot do without.</summary>
    private sealed class Connections(InMemoryStore store) : IDisposable
    {
        public InMemoryStore Store => store;

        public void Dispose() => store.Failure = new ObjectDisposedException(nameof(Connections));
    }

    private sealed class SlowToDispose(Task end) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await end;
    }

    /// <summary>Blocks the thread that cancels it.</summary>
    private sealed class BlockedByItsCallback(ManualResetEventSlim end, bool endsWithItsToken = false) : IEventHandler<OrderPlaced>
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<bool> _called = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Begun => _begun.Task;

        /// <summary>Whether the callback could end.</summary>
        public Task<bool> Called => _called.Task;

        public async ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
        {
            var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _ = cancellationToken.Register(() =>
            {
                cancelled.TrySetResult();
                _called.TrySetResult(end.IsSet);
                end.Wait(Signals.Timeout, CancellationToken.None);
            });
            _begun.TrySetResult();
            await (endsWithItsToken ? cancelled.Task : Task.Run(() => end.Wait(Signals.Timeout, CancellationToken.None), CancellationToken.None));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
