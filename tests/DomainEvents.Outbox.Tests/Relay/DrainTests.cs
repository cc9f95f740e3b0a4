using DomainEvents.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Outbox.Tests.Relay;

public sealed class DrainTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Draining_at_the_same_time_handles_everything_once(bool isHosted)
    {
        await using var application = new OutboxApplication(events => events.AddEvent<OrderPlaced>().AddHandler<SendMail>());
        if (isHosted)
        {
            await application.StartAsync();
        }

        for (var i = 0; i < 200; i++)
        {
            await application.Dispatcher.PublishAsync(new OrderPlaced($"{i}"));
        }

        var drained = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => application.Relay.DrainAsync()))).Soon();
        await application.StopAsync().Soon();

        application.Journal.Entries.Should().HaveCount(200).And.OnlyHaveUniqueItems();
        drained.Sum().Should().BeLessOrEqualTo(200);
        if (!isHosted)
        {
            drained.Should().BeEquivalentTo([200, 0, 0, 0]);
        }
    }

    [Fact]
    public async Task A_host_that_starts_while_somebody_drains_is_woken_by_commits_afterwards()
    {
        var gate = new Gate();
        await using var application = new OutboxApplication(
            events =>
            {
                events.Services.AddSingleton<IEventHandler<OrderPlaced>>(gate);
                events.AddEvent<OrderPlaced>().AddHandler<SendMail>();
            },
            options => (options.PollingInterval, options.LeaseDuration) = (TimeSpan.FromHours(1), TimeSpan.FromSeconds(3)));
        await application.Dispatcher.PublishAsync(new OrderPlaced("first"));
        var drain = application.Relay.DrainAsync();
        await gate.Begun.Soon();

        await application.StartAsync();
        gate.Open();
        (await drain.Soon()).Should().Be(2);
        await application.Relay.DrainAsync().Soon();
        (await application.Journal.NextAsync().Soon()).Should().Be("mail first");

        await application.Dispatcher.PublishAsync(new OrderPlaced("second"));
        (await application.Journal.NextAsync().Soon()).Should().Be("mail second");
        await application.StopAsync().Soon();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Draining_does_not_wait_for_what_another_relay_owns(bool isHosted)
    {
        await using var application = new OutboxApplication(events => events.AddEvent<OrderPlaced>().AddHandler<SendMail>());
        await application.Store.RenewAsync(new RelayRenewal("other", [], [], TimeSpan.FromHours(1)));
        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));
        if (isHosted)
        {
            await application.StartAsync();
        }

        (await application.Relay.DrainAsync().Soon()).Should().Be(0);
        await application.StopAsync().Soon();
        (await application.Store.GetStatusAsync()).Pending.Should().Be(1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_handler_that_drains_is_told_that_it_would_wait_for_itself(bool isHosted)
    {
        await using var application = new OutboxApplication(
            events =>
            {
                events.Services.AddSingleton<IEventHandler<OrderPlaced>, Draining>();
                events.AddEvent<OrderPlaced>();
            },
            options => options.MaxAttempts = 1);
        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));
        if (isHosted)
        {
            await application.StartAsync();
        }

        await application.Relay.DrainAsync().Soon();
        await application.StopAsync().Soon();

        application.Store.Deliveries.Should().ContainSingle().Which.Row.Error.Should().Contain("would wait for its own end");
    }

    [Fact]
    public async Task Draining_with_a_cancelled_token_does_nothing()
    {
        await using var application = new OutboxApplication(events => events.AddEvent<OrderPlaced>().AddHandler<SendMail>());
        await application.Awaiting(it => it.Relay.DrainAsync(new CancellationToken(canceled: true))).Should().ThrowAsync<OperationCanceledException>();
        application.Store.Calls.Should().Be(0);
    }

    [Fact]
    public async Task Cancelling_a_drain_cancels_its_handlers_and_the_next_one_does_it_again_at_once()
    {
        var gate = new Gate();
        await using var application = new OutboxApplication(events =>
        {
            events.Services.AddSingleton<IEventHandler<OrderPlaced>>(gate);
            events.AddEvent<OrderPlaced>();
        });
        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));
        using var cancellation = new CancellationTokenSource();
        var drain = application.Relay.DrainAsync(cancellation.Token);
        await gate.Begun.Soon();

        await cancellation.CancelAsync();
        await FluentActions.Awaiting(() => drain.Soon()).Should().ThrowAsync<OperationCanceledException>();
        gate.Cancelled.IsCompleted.Should().BeTrue();
        application.Log.Entries.Should().NotContain(entry => entry.EventId.Name!.StartsWith("Outbox", StringComparison.Ordinal));

        gate.Open();
        (await application.Relay.DrainAsync().Soon()).Should().Be(1);
        gate.Calls.Should().Be(2);
    }

    [Fact]
    public async Task Cancelling_a_drain_of_a_host_leaves_its_handlers_alone()
    {
        var gate = new Gate();
        await using var application = new OutboxApplication(events =>
        {
            events.Services.AddSingleton<IEventHandler<OrderPlaced>>(gate);
            events.AddEvent<OrderPlaced>();
        });
        await application.StartAsync();
        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));
        using var cancellation = new CancellationTokenSource();
        var drain = application.Relay.DrainAsync(cancellation.Token);
        await gate.Begun.Soon();

        await cancellation.CancelAsync();
        await FluentActions.Awaiting(() => drain.Soon()).Should().ThrowAsync<OperationCanceledException>();
        gate.Cancelled.IsCompleted.Should().BeFalse();

        gate.Open();
        await application.Relay.DrainAsync().Soon();
        await application.StopAsync().Soon();
        gate.Calls.Should().Be(1);
    }

    [Fact]
    public async Task A_drain_ends_when_its_host_stops_at_whatever_moment()
    {
        for (var i = 0; i < 50; i++)
        {
            await using var application = new OutboxApplication(events => events.AddEvent<OrderPlaced>().AddHandler<SendMail>());
            await application.StartAsync();
            await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));
            var drain = Task.Run(() => application.Relay.DrainAsync());
            await application.StopAsync().Soon();
            await drain.Soon().ContinueWith(ended => ended.Exception?.InnerException.Should().BeNull(), TaskScheduler.Default);
            await application.Relay.DrainAsync().Soon();
            application.Journal.Entries.Should().Equal("mail Emma");
        }
    }

    private sealed class Draining(IOutboxRelay relay) : IEventHandler<OrderPlaced>
    {
        public async ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken) => await relay.DrainAsync(cancellationToken);
    }
}
