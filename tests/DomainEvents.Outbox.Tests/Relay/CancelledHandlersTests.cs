using DomainEvents.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Outbox.Tests.Relay;

/// <summary>What becomes of an event when its handlers are cut short.</summary>
public sealed class CancelledHandlersTests
{
    private static readonly CancellationToken TimeIsOver = new(canceled: true);

    [Fact]
    public async Task A_handler_that_succeeded_is_not_called_again_because_the_shutdown_cancelled_another()
    {
        var gate = new Gate();
        await using var application = Application(gate, events => events.AddHandler<SendMail>());
        await application.StartAsync();
        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));
        await gate.Begun.Soon();
        await application.Journal.NextAsync().Soon();

        await application.StopAsync(TimeIsOver).Soon();
        gate.Open();
        (await application.Relay.DrainAsync().Soon()).Should().Be(1);

        application.Journal.Entries.Should().Equal("mail Emma");
        gate.Calls.Should().Be(2);
        (await application.Store.GetStatusAsync()).Should().Be(new OutboxStatus(0, 0, 0, 0, null));
    }

    [Fact]
    public async Task To_be_cancelled_is_no_attempt()
    {
        var gate = new Gate();
        await using var application = Application(gate, events => events.AddHandler<SendMail>(), options => options.MaxAttempts = 1);
        await application.StartAsync();
        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));
        await gate.Begun.Soon();
        await application.Journal.NextAsync().Soon();

        await application.StopAsync(TimeIsOver).Soon();

        var (_, handler, row) = application.Store.Deliveries.Should().ContainSingle().Subject;
        handler.Should().Contain(nameof(Gate));
        (row.State, row.Attempts, row.Error).Should().Be((DeliveryState.Due, 0, null));
    }

    [Fact]
    public async Task What_one_handler_has_registered_with_its_token_does_not_keep_another_from_being_cancelled()
    {
        using var end = new ManualResetEventSlim();
        var handler = new BlockedForOneBook(end);
        await using var application = new OutboxApplication(events =>
        {
            events.Services.AddSingleton<IEventHandler<OrderPlaced>>(handler);
            events.AddEvent<OrderPlaced>();
        });
        for (var partition = 0; partition < BlockedForOneBook.Partitions; partition++)
        {
            application.Store.Add(Stored.Event("shop.order-placed", $$"""{"book":"{{(partition == 4 ? BlockedForOneBook.Book : "Emma")}}"}""") with { Partition = partition });
        }

        await application.StartAsync();
        await handler.AllBegun.Soon();

        await application.StopAsync(TimeIsOver).WaitAsync(Signals.Timeout / 2);

        await handler.OthersCancelled.Soon();
        var lease = await application.Store.RenewAsync(new RelayRenewal("next", [], [], TimeSpan.FromSeconds(30)));
        lease.Partitions.Should().HaveCount(OutboxMessage.PartitionCount - 1, "the others are given back");
        end.Set();
    }

    [Theory]
    [InlineData(FanOut.Concurrent)]
    [InlineData(FanOut.Sequential)]
    [InlineData(FanOut.Parallel)]
    public async Task A_handler_whose_turn_comes_when_its_call_is_cancelled_is_not_called(FanOut fanOut)
    {
        using var end = new ManualResetEventSlim();
        var first = new BlockedOnce(end);
        await using var application = new OutboxApplication(events =>
        {
            events.Services.Configure<EventBusOptions>(bus => bus.FanOut = fanOut);
            events.Services.AddSingleton<IEventHandler<OrderPlaced>>(first);
            events.AddEvent<OrderPlaced>().AddHandler<SendMail>();
        });
        await application.StartAsync();
        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));
        await first.Begun.Soon();

        var stop = application.StopAsync(TimeIsOver);
        await first.Cancelled.Soon();
        end.Set();
        await stop.Soon();

        application.Journal.Entries.Should().BeEmpty("it is handled anew, by whoever has it by then");
        await application.Relay.DrainAsync().Soon();
        application.Journal.Entries.Should().Equal("mail Emma");
        first.Calls.Should().Be(1, "it has succeeded");
    }

    [Fact]
    public async Task Later_events_of_the_stream_wait_for_the_handler_that_was_cancelled()
    {
        var gate = new Gate();
        await using var application = Application(gate, events => events.AddHandler<SendMail>());
        await application.StartAsync();
        var order = new Order(1);
        order.Place("Emma");
        await application.Dispatcher.PublishFromAsync(order);
        await gate.Begun.Soon();
        await application.Journal.NextAsync().Soon();
        order.Place("Persuasion");
        await application.Dispatcher.PublishFromAsync(order);

        await application.StopAsync(TimeIsOver).Soon();
        gate.Open();
        await application.Relay.DrainAsync().Soon();

        gate.Handled.Should().Equal("Emma", "Persuasion");
        application.Journal.Entries.Should().Equal("mail Emma", "mail Persuasion");
    }

    [Fact]
    public async Task What_fails_because_the_container_is_gone_is_no_attempt()
    {
        var gate = new Gate(ignoresToken: true, failure: new ObjectDisposedException("shop"));
        var application = Application(gate, options: options => options.MaxAttempts = 1);
        await application.StartAsync();
        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));
        await gate.Begun.Soon();
        var disposal = application.DisposeAsync().AsTask();
        gate.Open();
        await disposal.Soon();

        (await application.Store.GetStatusAsync()).Should().Be(new OutboxStatus(1, 0, 0, 0, null));
    }

    [Fact]
    public async Task Disposing_of_the_container_ends_a_drain_that_runs_without_a_host()
    {
        var gate = new Gate();
        var application = Application(gate);
        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));
        var drain = application.Relay.DrainAsync();
        await gate.Begun.Soon();

        await application.DisposeAsync().AsTask().Soon();

        await drain.Awaiting(it => it.Soon()).Should().ThrowAsync<OperationCanceledException>();
        gate.Cancelled.IsCompleted.Should().BeTrue();
        (await application.Store.GetStatusAsync()).Should().Be(new OutboxStatus(1, 0, 0, 0, null));
    }

    [Fact]
    public async Task An_exception_that_cannot_be_read_fails_its_own_handler_only()
    {
        await using var application = new OutboxApplication(
            events =>
            {
                events.Services.AddSingleton<IEventHandler<OrderPlaced>>(new Failing(new Mute()));
                events.AddEvent<OrderPlaced>().AddHandler<SendMail>();
            },
            options => options.MaxAttempts = 1);
        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));

        (await application.Relay.DrainAsync().Soon()).Should().Be(1);

        application.Journal.Entries.Should().Equal("mail Emma");
        application.Store.Deliveries.Should().ContainSingle().Which.Row.Error.Should().Contain(nameof(Mute));
    }

    private static OutboxApplication Application(Gate gate, Action<DomainEventsBuilder>? configure = null, Action<OutboxOptions>? options = null) => new(
        events =>
        {
            events.Services.AddSingleton<IEventHandler<OrderPlaced>>(gate);
            configure?.Invoke(events.AddEvent<OrderPlaced>());
            events.AddEvent<OrderPlaced>();
        },
        options);

    private sealed class Failing(Exception exception) : IEventHandler<OrderPlaced>
    {
        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken) => throw exception;
    }

    private sealed class Mute : Exception
    {
        public override string Message => throw new InvalidOperationException("no message");

        public override string ToString() => throw new InvalidOperationException("no text");
    }

    /// <summary>Runs in a stage of its own, and on its thread until it is let go, whatever becomes of its token.</summary>
    [EventHandler(Order = -1)]
    private sealed class BlockedOnce(ManualResetEventSlim end) : IEventHandler<OrderPlaced>
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _calls;

        public Task Begun => _begun.Task;

        public Task Cancelled => _cancelled.Task;

        public int Calls => Volatile.Read(ref _calls);

        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _calls);
            _ = cancellationToken.Register(() => _cancelled.TrySetResult());
            _begun.TrySetResult();
            end.Wait(Signals.Timeout, CancellationToken.None);
            return default;
        }
    }

    /// <summary>One of the calls blocks the thread that cancels it.</summary>
    private sealed class BlockedForOneBook(ManualResetEventSlim end) : IEventHandler<OrderPlaced>
    {
        public const int Partitions = 9;
        public const string Book = "Persuasion";

        private readonly TaskCompletionSource _allBegun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _othersCancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _waiting = Partitions;
        private int _uncancelled = Partitions - 1;

        public Task AllBegun => _allBegun.Task;

        public Task OthersCancelled => _othersCancelled.Task;

        public async ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
        {
            var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _ = cancellationToken.Register(() =>
            {
                if (domainEvent.Book == Book)
                {
                    end.Wait(Signals.Timeout, CancellationToken.None);
                }
                else if (Interlocked.Decrement(ref _uncancelled) == 0)
                {
                    _othersCancelled.TrySetResult();
                }

                cancelled.TrySetResult();
            });
            if (Interlocked.Decrement(ref _waiting) == 0)
            {
                _allBegun.TrySetResult();
            }

            await cancelled.Task;
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
