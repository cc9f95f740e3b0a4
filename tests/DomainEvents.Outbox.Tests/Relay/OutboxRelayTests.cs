using DomainEvents.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Outbox.Tests.Relay;

public sealed class OutboxRelayTests
{
    [Fact]
    public async Task Handlers_get_a_committed_event_from_the_outbox_once()
    {
        await using var application = new OutboxApplication(events => events.AddEvent<OrderPlaced>().AddHandler<SendMail>().AddHandler<CountStock>());

        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));
        application.Journal.Entries.Should().BeEmpty("the relay runs them, and it does not run yet");

        (await application.Relay.DrainAsync().Soon()).Should().Be(2);
        (await application.Relay.DrainAsync().Soon()).Should().Be(0);
        application.Journal.Entries.Should().BeEquivalentTo("mail Emma", "stock Emma");
    }

    [Fact]
    public async Task An_event_arrives_as_it_was_published()
    {
        await using var application = new OutboxApplication(events => events.AddEvent<OrderPlaced>());
        var received = new TaskCompletionSource<OrderPlaced>();
        var services = new ServiceCollection();
        services.AddSingleton<IOutboxStore>(application.Store);
        services.AddSingleton<IEventHandler<OrderPlaced>>(new Receiver(received));
        services.AddDomainEvents().AddOutbox().AddEvent<OrderPlaced>();
        await using var other = services.BuildServiceProvider();

        var published = new OrderPlaced("Emma \"🦄\" \u00fc") { TenantId = "north" };
        await application.Dispatcher.PublishAsync(published);
        await other.GetRequiredService<IOutboxRelay>().DrainAsync().Soon();

        var handled = await received.Task.Soon();
        handled.Should().Be(published);
        handled.EventId.Should().Be(published.EventId);
    }

    [Fact]
    public async Task A_rolled_back_event_is_not_stored()
    {
        await using var application = new OutboxApplication(events => events.AddEvent<OrderPlaced>().AddHandler<SendMail>());
        await using (var transaction = application.Dispatcher.Begin())
        {
            transaction.Enqueue(new OrderPlaced("Emma"));
            await transaction.RollbackAsync();
        }

        application.Store.Written.Should().BeEmpty();
    }

    [Fact]
    public async Task The_phases_that_belong_to_the_transaction_run_with_it_and_nothing_runs_twice()
    {
        await using var application = new OutboxApplication(events => events.AddEvent<OrderPlaced>()
            .AddHandler<SendMail>().AddHandler<CheckOrder>().AddHandler<TellEnd>());
        using var subscription = application.Services.GetRequiredService<IEventBus>().Subscribe<OrderPlaced>((order, _) =>
        {
            application.Journal.Write($"subscribed {order.Book}");
            return default;
        });

        await using (var transaction = application.Dispatcher.Begin())
        {
            transaction.Enqueue(new OrderPlaced("Emma"));
            await transaction.CommitAsync();
        }

        application.Journal.Entries.Should().Equal("check Emma", "subscribed Emma", "end Emma");
        await application.Relay.DrainAsync().Soon();
        application.Journal.Entries.Should().Equal("check Emma", "subscribed Emma", "end Emma", "mail Emma");
    }

    [Fact]
    public async Task A_commit_wakes_the_relay_of_its_process()
    {
        await using var application = new OutboxApplication(
            events => events.AddEvent<OrderPlaced>().AddHandler<SendMail>(), options => options.PollingInterval = TimeSpan.FromHours(1));
        await application.StartAsync();
        await application.Relay.DrainAsync().Soon();

        for (var i = 0; i < 100; i++)
        {
            await application.Dispatcher.PublishAsync(new OrderPlaced($"{i}"));
            (await application.Journal.NextAsync().Soon()).Should().Be($"mail {i}");
        }

        await application.StopAsync().Soon();
    }

    [Fact]
    public async Task The_events_of_one_aggregate_arrive_in_order()
    {
        await using var application = new OutboxApplication(
            events => events.AddEvent<OrderPlaced>().AddHandler<SendMail>(), options => options.BatchSize = 7);
        var orders = Enumerable.Range(1, 20).Select(id => new Order(id)).ToList();
        for (var i = 0; i < 10; i++)
        {
            foreach (var order in orders)
            {
                order.Place($"{order.Id}/{i}");
                await application.Dispatcher.PublishFromAsync(order);
            }
        }

        await application.Relay.DrainAsync().Soon();

        foreach (var order in orders)
        {
            application.Journal.Entries.Where(entry => entry.StartsWith($"mail {order.Id}/", StringComparison.Ordinal))
                .Should().Equal(Enumerable.Range(0, 10).Select(i => $"mail {order.Id}/{i}"));
        }
    }

    [Fact]
    public async Task A_failing_handler_is_tried_again_alone()
    {
        await using var application = new OutboxApplication(
            events =>
            {
                events.Services.AddSingleton(new Failures(2));
                events.AddEvent<OrderPlaced>().AddHandler<SendMail>().AddHandler<SendInvoice>();
            },
            options => options.FirstRetryDelay = options.MaxRetryDelay = TimeSpan.FromMilliseconds(1));
        await application.StartAsync();

        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));

        var entries = new List<string>();
        while (!entries.Contains("invoice Emma"))
        {
            entries.Add(await application.Journal.NextAsync().Soon());
        }

        entries.Should().BeEquivalentTo("mail Emma", "invoice failed Emma", "invoice failed Emma", "invoice Emma");
        await application.StopAsync().Soon();
    }

    [Fact]
    public async Task A_handler_that_always_fails_leaves_a_dead_letter_that_can_be_requeued()
    {
        await using var application = new OutboxApplication(
            events =>
            {
                events.Services.AddSingleton(new Failures(1));
                events.AddEvent<OrderPlaced>().AddHandler<SendInvoice>();
            },
            options => options.MaxAttempts = 1);
        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));
        await application.Relay.DrainAsync().Soon();

        var letter = (await application.Inspector.GetDeadLettersAsync().ToListAsync()).Should().ContainSingle().Subject;
        letter.Error.Should().Contain("out of paper").And.Contain(nameof(SendInvoice));
        (await application.Inspector.RequeueAsync(letter.Position, letter.HandlerName)).Should().BeTrue();
        (await application.Inspector.RequeueAsync(letter.Position, letter.HandlerName)).Should().BeFalse();
        (await application.Relay.DrainAsync().Soon()).Should().Be(1);
        application.Journal.Entries.Should().Equal("invoice failed Emma", "invoice Emma");
    }

    [Fact]
    public async Task Stopping_waits_for_the_handlers_that_run_and_gives_the_partitions_back()
    {
        var (started, end) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var application = new OutboxApplication(events =>
        {
            events.Services.AddSingleton<IEventHandler<OrderPlaced>>(new Slow(started, end, ignoresToken: true));
            events.AddEvent<OrderPlaced>();
        });
        await application.StartAsync();
        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));
        await started.Task.Soon();

        var stopping = application.StopAsync();
        stopping.IsCompleted.Should().BeFalse();
        end.SetResult();
        await stopping.Soon();

        (await application.Store.GetStatusAsync()).Pending.Should().Be(0);
        (await application.Store.RenewAsync(new RelayRenewal("next", [], [], TimeSpan.FromSeconds(30)))).Partitions
            .Should().HaveCount(OutboxMessage.PartitionCount).And.OnlyContain(partition => partition.Interruption == null);
    }

    [Fact]
    public async Task When_the_time_to_stop_is_over_handlers_are_cancelled_and_their_event_stays()
    {
        var (started, end) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var application = new OutboxApplication(events =>
        {
            events.Services.AddSingleton<IEventHandler<OrderPlaced>>(new Slow(started, end, ignoresToken: false));
            events.AddEvent<OrderPlaced>();
        });
        await application.StartAsync();
        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));
        await started.Task.Soon();

        await application.StopAsync(new CancellationToken(canceled: true)).Soon();
        (await application.Store.GetStatusAsync()).Pending.Should().Be(1);
    }

    [Fact]
    public async Task A_store_that_fails_is_told_once_and_the_relay_goes_on_when_it_works_again()
    {
        await using var application = new OutboxApplication(
            events => events.AddEvent<OrderPlaced>().AddHandler<SendMail>(),
            options => (options.PollingInterval, options.LeaseDuration) = (TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1)));
        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));
        application.Store.Failure = new TimeoutException("The database is away.");
        await application.StartAsync();
        while (application.Store.Calls < 4)
        {
            await Task.Yield();
        }

        application.Store.Failure = null;
        (await application.Journal.NextAsync().Soon()).Should().Be("mail Emma");
        application.Log.Entries.Should().ContainSingle(entry => entry.EventId.Name == "OutboxStoreFailed");
        await application.StopAsync().Soon();
    }

    [Fact]
    public async Task Draining_tells_that_the_store_fails()
    {
        await using var application = new OutboxApplication(events => events.AddEvent<OrderPlaced>());
        application.Store.Failure = new TimeoutException("The database is away.");
        await application.Invoking(it => it.Relay.DrainAsync().Soon()).Should().ThrowAsync<TimeoutException>().WithMessage("*away*");
    }

    [Fact]
    public async Task An_unknown_type_is_parked_and_a_broken_event_is_a_dead_letter_and_the_rest_goes_on()
    {
        await using var application = new OutboxApplication(events => events.AddEvent<OrderPlaced>().AddHandler<SendMail>());
        application.Store.Add(Stored.Event("System.Diagnostics.Process", "{}"));
        application.Store.Add(Stored.Event("shop.order-placed", "{\"book\":"));
        application.Store.Add(Stored.Event("shop.order-placed", "{\"book\":\"Emma\"}") with { Version = 2 });
        application.Store.Add(Stored.Event("shop.order-placed", "{\"book\":\"Emma\"}"));

        await application.Relay.DrainAsync().Soon();

        application.Journal.Entries.Should().Equal("mail Emma");
        application.Store.Deliveries.Select(delivery => (delivery.Position, delivery.Handler, delivery.Row.State)).Should().Equal(
            (1, "", DeliveryState.Parked), (2, "mail", DeliveryState.Dead), (3, "", DeliveryState.Parked));
    }

    private sealed class Receiver(TaskCompletionSource<OrderPlaced> received) : IEventHandler<OrderPlaced>
    {
        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
        {
            received.SetResult(domainEvent);
            return default;
        }
    }

    private sealed class Slow(TaskCompletionSource started, TaskCompletionSource end, bool ignoresToken) : IEventHandler<OrderPlaced>
    {
        public async ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
        {
            started.SetResult();
            await end.Task.WaitAsync(ignoresToken ? CancellationToken.None : cancellationToken);
        }
    }
}
