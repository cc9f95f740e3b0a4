using DomainEvents.TestSupport;

namespace DomainEvents.Tests;

public sealed class SequentialFanOutTests
{
    private readonly List<string> _calls = [];

    [Theory]
    [InlineData(FanOut.Sequential, null)]
    [InlineData(FanOut.Sequential, 10)]
    [InlineData(FanOut.StopOnFirstFailure, null)]
    [InlineData(FanOut.Concurrent, 1)]
    [InlineData(FanOut.Parallel, 1)]
    public async Task Each_handler_has_ended_before_the_next_starts_in_declared_order(FanOut fanOut, int? maxConcurrency)
    {
        var bus = EveryFanOut.Bus(fanOut, maxConcurrency);
        foreach (var name in new[] { "a", "b", "c" })
        {
            bus.OnAsync<OrderPlaced>(async (_, _) =>
            {
                _calls.Add($"{name} in");
                await Task.Yield();
                _calls.Add($"{name} out");
            });
        }

        await bus.PublishAsync(new OrderPlaced()).Soon();

        _calls.Should().Equal("a in", "a out", "b in", "b out", "c in", "c out");
    }

    [Fact]
    public async Task Sequential_goes_on_behind_a_failure()
    {
        var bus = EveryFanOut.Bus(FanOut.Sequential, null);
        bus.On<OrderPlaced>(_ => throw new InvalidOperationException(), "a");
        bus.On<OrderPlaced>(_ => _calls.Add("b"), "b");
        bus.On<OrderPlaced>(_ => throw new InvalidOperationException(), "c", order: 1);

        var result = await bus.PublishAsync(new OrderPlaced());

        result.HandlerCount.Should().Be(3);
        result.Failures.Select(failure => failure.Handler.Name).Should().Equal("a", "c");
        _calls.Should().Equal("b");
    }

    [Fact]
    public async Task Stop_on_first_failure_skips_the_handlers_and_the_stages_behind_it()
    {
        var bus = EveryFanOut.Bus(FanOut.StopOnFirstFailure, null);
        bus.On<OrderPlaced>(_ => _calls.Add("a"), "a");
        bus.OnAsync<OrderPlaced>(
            async (_, _) =>
            {
                await Task.Yield();
                throw new InvalidOperationException();
            },
            "b");
        bus.On<OrderPlaced>(_ => _calls.Add("c"), "c");
        bus.On<OrderPlaced>(_ => _calls.Add("d"), "d", order: 1);

        var result = await bus.PublishAsync(new OrderPlaced()).Soon();

        result.HandlerCount.Should().Be(2, "only handlers that were started count");
        result.Failures.Select(failure => failure.Handler.Name).Should().Equal("b");
        _calls.Should().Equal("a");
    }

    [Fact]
    public async Task Stop_on_first_failure_stops_one_event_and_not_the_next()
    {
        var bus = EveryFanOut.Bus(FanOut.StopOnFirstFailure, null);
        bus.On<OrderPlaced>(_ => throw new InvalidOperationException());
        bus.On<IDomainEvent>(it => _calls.Add(it.GetType().Name));

        var result = await bus.PublishAllAsync([new OrderPlaced(), new OrderCancelled()]);

        (result.HandlerCount, result.Failures.Count).Should().Be((2, 1));
        _calls.Should().Equal(nameof(OrderCancelled));
    }
}
