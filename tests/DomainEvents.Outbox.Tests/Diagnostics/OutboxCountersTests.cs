using DomainEvents.Outbox.Diagnostics;
using DomainEvents.Outbox.Tests.Relay;
using DomainEvents.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Outbox.Tests.Diagnostics;

[Collection(Alone.Name)]
public sealed class OutboxCountersTests
{
    [Fact]
    public async Task Events_that_leave_the_outbox_are_counted_with_their_retries_and_dead_letters()
    {
        using var measurements = new Measurements();
        await using var application = new OutboxApplication(
            events =>
            {
                events.Services.AddSingleton(new Failures(int.MaxValue));
                events.AddEvent<OrderPlaced>().AddHandler<SendMail>().AddHandler<SendInvoice>();
            },
            options => (options.MaxAttempts, options.FirstRetryDelay) = (3, TimeSpan.FromMilliseconds(1)));
        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));
        await application.Dispatcher.PublishAsync(new OrderPlaced("Persuasion"));

        while ((await application.Store.GetStatusAsync()).Dead < 2)
        {
            await application.Relay.DrainAsync().Soon();
        }

        measurements.Sum("relayed").Should().Be(2);
        measurements.Sum("retries").Should().Be(4);
        measurements.Sum("dead_letters").Should().Be(2);
        measurements.Of("retries").Concat(measurements.Of("dead_letters"))
            .Should().OnlyContain(it => Equals(it.Tags["messaging.consumer.group.name"], "invoice"));
        measurements.Of("relayed").Should().OnlyContain(it => it.Value > 0, "nothing is measured where nothing has happened");
    }

    [Fact]
    public void A_handler_that_was_only_cancelled_is_no_retry()
    {
        using var measurements = new Measurements();
        var acknowledgement = new Acknowledgement
        {
            Position = 1,
            Partition = 1,
            Left = [new Delivery("cancelled", DeliveryState.Due), new Delivery("failed", DeliveryState.Due, 1, Error: "it failed")],
        };

        OutboxTelemetry.CountAcknowledged(
            new OutboxExchange { Relay = "a", Handlers = [], Acknowledgements = [acknowledgement] }, new OutboxExchangeResult([], [], [], null));

        measurements.Of("retries").Should().ContainSingle().Which.Tags["messaging.consumer.group.name"].Should().Be("failed");
    }

    [Fact]
    public async Task Partitions_that_are_taken_over_are_counted()
    {
        using var measurements = new Measurements();
        await using var application = new OutboxApplication(events => events.AddEvent<OrderPlaced>());
        await application.Relay.DrainAsync().Soon();

        measurements.Sum("lease_changes", "acquired").Should().Be(OutboxMessage.PartitionCount);
        measurements.Sum("lease_changes", "lost").Should().Be(0, "they were given back");
    }

    [Fact]
    public async Task Leases_that_run_out_while_the_store_is_away_are_counted_and_told_once()
    {
        using var measurements = new Measurements();
        await using var application = new OutboxApplication(
            events => events.AddEvent<OrderPlaced>(), options => options.LeaseDuration = TimeSpan.FromSeconds(1));
        var told = new TaskCompletionSource();
        application.Log.OnLog = entry =>
        {
            if (entry.EventId.Name == "OutboxLeaseLost")
            {
                told.TrySetResult();
            }
        };
        await application.StartAsync();
        await application.Relay.DrainAsync().Soon();

        application.Store.Failure = new TimeoutException("The database is away.");
        await told.Task.Soon();
        application.Store.Failure = null;
        await application.Relay.DrainAsync().Soon();
        await application.StopAsync().Soon();

        var lost = measurements.Sum("lease_changes", "lost");
        lost.Should().BeGreaterOrEqualTo(OutboxMessage.PartitionCount);
        measurements.Sum("lease_changes", "acquired").Should().Be(lost + OutboxMessage.PartitionCount, "the last ones were given back");
        application.Log.WithId(3005).Sum(entry => (int)entry.State["Count"]!).Should().Be((int)lost);
    }

    [Fact]
    public async Task A_listener_that_throws_does_not_stop_the_relay()
    {
        using var measurements = new Measurements { OnMeasurement = () => throw new InvalidOperationException() };
        await using var application = new OutboxApplication(events => events.AddEvent<OrderPlaced>().AddHandler<SendMail>());
        application.Log.OnLog = _ => throw new InvalidOperationException();
        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));

        await application.Relay.DrainAsync().Soon();
        await application.Relay.DrainAsync().Soon();

        application.Journal.Entries.Should().Equal("mail Emma");
    }
}
