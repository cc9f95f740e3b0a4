using DomainEvents.Outbox.Diagnostics;
using DomainEvents.Outbox.Tests.Relay;
using DomainEvents.TestSupport;

namespace DomainEvents.Outbox.Tests.Diagnostics;

[Collection(Alone.Name)]
public sealed class OutboxGaugesTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly FakeTimeProvider _time = new();
    private readonly RecordingLogger<IOutboxRelay> _logger = new();
    private readonly InMemoryStore _store = new();

    [Fact]
    public async Task Gauges_show_the_status_of_the_store()
    {
        using var measurements = new Measurements();
        _store.OldestPendingAge = TimeSpan.FromSeconds(90);
        await using var running = new Running(this);
        await running.TickAsync();

        measurements.Gauges().Should().BeEquivalentTo(new Dictionary<string, double>
        {
            ["pending"] = 0,
            ["retrying"] = 0,
            ["dead"] = 0,
            ["parked"] = 0,
            ["oldest_pending_age"] = 90,
        });
        measurements.Of("oldest_pending_age").Should().ContainSingle().Which.Instrument.Unit.Should().Be("s");
    }

    [Fact]
    public async Task As_long_as_nobody_listens_the_store_is_not_asked()
    {
        await using var running = new Running(this);
        await running.TickAsync();
        await running.TickAsync();
        _store.Calls.Should().Be(0);

        using var measurements = new Measurements();
        await running.TickAsync();
        _store.Calls.Should().Be(1);
        measurements.Gauges().Should().HaveCount(5);
        _store.Calls.Should().Be(1, "a collection of metrics asks for what is at hand");

        measurements.Dispose();
        await running.TickAsync();
        _store.Calls.Should().Be(1);
    }

    [Fact]
    public async Task What_is_not_known_is_not_shown()
    {
        using var measurements = new Measurements();
        await using var running = new Running(this);
        await running.TickAsync();
        measurements.Gauges().Should().HaveCount(5);

        _store.Failure = new TimeoutException();
        await running.TickAsync();
        await running.TickAsync();
        measurements.Gauges().Should().BeEmpty();
        _logger.Entries.Should().ContainSingle().Which.EventId.Name.Should().Be("OutboxStoreFailed");

        _store.Failure = null;
        await running.TickAsync();
        measurements.Gauges().Should().HaveCount(5);
    }

    [Fact]
    public async Task A_store_that_does_not_answer_lets_its_last_answer_grow_too_old()
    {
        using var measurements = new Measurements();
        await using var running = new Running(this);
        await running.TickAsync();
        _store.OnCall = async (_, token) => await Task.Delay(Timeout.Infinite, token);
        _time.Advance(Interval);
        measurements.Gauges().Should().HaveCount(5);

        _time.Advance(Interval * 2);
        measurements.Gauges().Should().BeEmpty();
    }

    [Fact]
    public async Task The_gauges_go_with_their_relay()
    {
        using var measurements = new Measurements();
        await using (var running = new Running(this))
        {
            await running.TickAsync();
        }

        measurements.Gauges().Should().BeEmpty();
    }

    private sealed class Running : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly OutboxGauges _gauges;
        private readonly FakeTimeProvider _time;
        private readonly Task _run;

        public Running(OutboxGaugesTests test)
        {
            _time = test._time;
            _gauges = new OutboxGauges(test._store, _time, new StoreFailureLog(test._logger, _time));
            _run = _gauges.RunAsync(_stop.Token);
        }

        /// <summary>The store answers at once, so that a tick has run when its time is over.</summary>
        public async Task TickAsync()
        {
            await _time.WaitForTimersAsync();
            _time.Advance(Interval);
            await _time.WaitForTimersAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _run.Soon();
            _gauges.Dispose();
            _stop.Dispose();
        }
    }
}
