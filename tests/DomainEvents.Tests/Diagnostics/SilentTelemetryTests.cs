using DomainEvents.TestSupport;

namespace DomainEvents.Tests;

/// <summary>Telemetry belongs to the process: these run while nobody else listens.</summary>
[Collection(Alone.Name)]
public sealed class SilentTelemetryTests
{
    private readonly CountingTimeProvider _time = new();
    private readonly InMemoryEventBus _bus;

    public SilentTelemetryTests()
    {
        _bus = new InMemoryEventBus(new EventBusOptions { TimeProvider = _time });
        _bus.On<OrderPlaced>(_ => { });
        _bus.OnAsync<OrderPlaced>(async (_, _) => await Task.Yield());
    }

    [Theory]
    [InEitherContext]
    public async Task When_nobody_listens_no_clock_is_read_and_no_span_is_made(bool context)
    {
        PoolContext.Use(context);
        Telemetry.IsListenedTo.Should().BeFalse();
        System.Diagnostics.Activity? current = null;
        _bus.On<OrderPlaced>(_ => current = System.Diagnostics.Activity.Current);

        await _bus.PublishAsync(new OrderPlaced());

        _time.Reads.Should().Be(0);
        current.Should().BeNull();
    }

    [Theory]
    [InEitherContext]
    public async Task Whoever_wants_counts_only_pays_for_no_clock(bool context)
    {
        PoolContext.Use(context);
        using var measurements = new Measurements("DomainEvents.Tests.OrderPlaced", "domain_events.published");

        await _bus.PublishAsync(new OrderPlaced());

        measurements.Of("domain_events.published").Should().ContainSingle();
        _time.Reads.Should().Be(0);
    }

    [Theory]
    [InEitherContext]
    public async Task Measuring_ends_with_the_listener(bool context)
    {
        PoolContext.Use(context);
        using (new Measurements("DomainEvents.Tests.OrderPlaced"))
        {
            await _bus.PublishAsync(new OrderPlaced());
        }

        var reads = _time.Reads;
        reads.Should().BePositive();
        await _bus.PublishAsync(new OrderPlaced());

        _time.Reads.Should().Be(reads);
    }

    [Theory]
    [InEitherContext]
    public async Task A_clock_whose_first_timestamp_is_zero_is_measured_as_well(bool context)
    {
        PoolContext.Use(context);
        using var measurements = new Measurements("DomainEvents.Tests.OrderPlaced");

        await _bus.PublishAsync(new OrderPlaced());

        measurements.Of("domain_events.handler.duration").Should().HaveCount(2);
    }

    [Theory]
    [InEitherContext]
    public async Task Who_starts_to_listen_in_the_middle_of_a_call_gets_no_duration_of_a_part(bool context)
    {
        PoolContext.Use(context);
        using var counts = new Measurements("shop.order-shipped", "domain_events.handled");
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _bus.OnAsync<OrderShipped>((_, _) => goOn.Task);

        var publish = _bus.PublishAsync(new OrderShipped());
        using var late = new Measurements("shop.order-shipped", "domain_events.handler.duration");
        goOn.SetResult();
        await publish.Soon();

        counts.Of("domain_events.handled").Should().ContainSingle();
        late.Of("domain_events.handler.duration").Should().BeEmpty();
    }

    private sealed class CountingTimeProvider : TimeProvider
    {
        private int _reads;

        public int Reads => Volatile.Read(ref _reads);

        public override long GetTimestamp() => Interlocked.Increment(ref _reads) - 1;
    }
}
