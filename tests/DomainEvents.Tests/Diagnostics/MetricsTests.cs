using DomainEvents.TestSupport;

namespace DomainEvents.Tests;

public sealed class MetricsTests
{
    private const string EventType = "tests.measured";
    private const string Published = "domain_events.published";
    private const string Handled = "domain_events.handled";
    private const string Duration = "domain_events.handler.duration";

    private readonly FakeTimeProvider _time = new();
    private readonly InMemoryEventBus _bus;

    public MetricsTests() => _bus = new InMemoryEventBus(new EventBusOptions { TimeProvider = _time });

    [Fact]
    public async Task Events_that_reach_a_handler_are_counted_once_each()
    {
        using var measurements = new Measurements(EventType);

        await _bus.PublishAsync(new Measured());
        measurements.Of(Published).Should().BeEmpty("nobody handled it");
        _bus.On<Measured>(_ => { });
        _bus.On<Measured>(_ => { });
        await _bus.PublishAllAsync([new Measured(), new Measured()]);

        measurements.Of(Published).Select(it => it.Value).Should().Equal(1, 1);
        measurements.Of(Published)[0].Instrument.Unit.Should().Be("{event}");
        measurements.Of(Handled).Should().HaveCount(4);
    }

    [Fact]
    public async Task Calls_are_counted_by_event_type_handler_and_outcome()
    {
        using var measurements = new Measurements(EventType);
        _bus.On<Measured>(_ => { }, "fine");
        _bus.On<Measured>(_ => throw new InvalidOperationException(), "broken");
        _bus.On<Measured>(_ => throw new TimeoutException(), "slow");
        _bus.On<Measured>(_ => throw new OperationCanceledException(), "cancelled");

        await _bus.PublishAsync(new Measured());

        measurements.Of(Handled).Select(it => (
                it.Value,
                it.Tags["messaging.consumer.group.name"],
                it.Tags["domain_events.outcome"],
                it.Tags.GetValueOrDefault("error.type")))
            .Should().Equal(
                (1, "fine", "success", null),
                (1, "broken", "failure", "System.InvalidOperationException"),
                (1, "slow", "timeout", "System.TimeoutException"),
                (1, "cancelled", "cancelled", "System.OperationCanceledException"));
    }

    [Fact]
    public async Task Durations_are_measured_in_seconds_by_the_clock_of_the_bus()
    {
        using var measurements = new Measurements(EventType);
        _bus.On<Measured>(_ => _time.Advance(TimeSpan.FromMilliseconds(1_500)), "slow");
        _bus.On<Measured>(
            _ =>
            {
                _time.Advance(TimeSpan.FromSeconds(2));
                throw new InvalidOperationException();
            },
            "broken");

        await _bus.PublishAsync(new Measured());

        measurements.Of(Duration).Select(it => (it.Value, it.Tags["messaging.consumer.group.name"], it.Tags["domain_events.outcome"]))
            .Should().Equal((1.5, "slow", "success"), (2.0, "broken", "failure"));
        measurements.Of(Duration)[0].Instrument.Unit.Should().Be("s");
    }

    [Fact]
    public async Task The_duration_of_an_asynchronous_handler_ends_with_its_task()
    {
        using var measurements = new Measurements(EventType);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _bus.OnAsync<Measured>((_, _) => goOn.Task);

        var publish = _bus.PublishAsync(new Measured());
        _time.Advance(TimeSpan.FromSeconds(3));
        measurements.Of(Duration).Should().BeEmpty();
        goOn.SetResult();
        await publish.Soon();

        measurements.Of(Duration).Should().ContainSingle().Which.Value.Should().Be(3);
    }

    [Fact]
    public async Task A_timed_out_handler_counts_as_a_timeout()
    {
        using var measurements = new Measurements(EventType);
        var bus = new InMemoryEventBus(new EventBusOptions { TimeProvider = _time, HandlerTimeout = TimeSpan.FromSeconds(1) });
        bus.OnAsync<Measured>((_, token) => Task.Delay(Timeout.Infinite, token));

        var publish = bus.PublishAsync(new Measured());
        _time.Advance(TimeSpan.FromSeconds(1));
        await publish.Soon();

        measurements.Of(Handled).Should().ContainSingle().Which.Tags["domain_events.outcome"].Should().Be("timeout");
    }

    [Fact]
    public async Task Preparing_a_commit_and_telling_of_a_rollback_publish_nothing()
    {
        using var measurements = new Measurements(EventType);
        var handler = new OnEveryOccasion();
        var bus = new InMemoryEventBus();
        bus.Open([], [handler]);

        foreach (var occasion in new[] { Occasions.BeforeCommit, Occasions.AfterCommit, Occasions.AfterRollback, Occasions.InDoubt })
        {
            await bus.PublishAsync(bus.Plan(new Measured(), occasion), new Measured(), CancellationToken.None);
        }

        handler.Calls.Should().Be(4);
        measurements.Of(Published).Should().ContainSingle("only what runs after the commit");
        measurements.Of(Handled).Should().HaveCount(4);
    }

    private sealed class OnEveryOccasion() : HandlerRegistration(
        new HandlerDescriptor("every occasion", typeof(Measured), null, 0),
        Occasions.BeforeCommit | Occasions.AfterCommit | Occasions.AfterRollback | Occasions.InDoubt)
    {
        public int Calls { get; private set; }

        public override ValueTask InvokeAsync(IDomainEvent domainEvent, IServiceProvider? services, CancellationToken cancellationToken)
        {
            Calls++;
            return default;
        }
    }

    [EventType(EventType)]
    private sealed record Measured : DomainEvent;
}
