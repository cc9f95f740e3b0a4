using System.Collections.Concurrent;
using DomainEvents.TestSupport;

namespace DomainEvents.Tests;

public sealed class StageTests
{
    [Theory]
    [ClassData(typeof(EveryFanOut))]
    public async Task Stages_run_in_sequence_lower_orders_first(FanOut fanOut, int? maxConcurrency)
    {
        var bus = EveryFanOut.Bus(fanOut, maxConcurrency);
        var calls = new ConcurrentQueue<string>();
        foreach (var order in new[] { 10, -5, 0, int.MaxValue, int.MinValue, 10, -5 })
        {
            bus.OnAsync<OrderPlaced>(
                async (_, _) =>
                {
                    calls.Enqueue($"in {order}");
                    await Task.Yield();
                    calls.Enqueue($"out {order}");
                },
                order: order);
        }

        var result = await bus.PublishAsync(new OrderPlaced()).Soon();

        result.HandlerCount.Should().Be(7);
        var orders = calls.Select(call => int.Parse(call.Split(' ')[1], null)).ToArray();
        orders.Should().HaveCount(14).And.BeInAscendingOrder("a stage has ended before the next one starts");
    }

    [Theory]
    [InlineData(FanOut.Concurrent, null)]
    [InlineData(FanOut.Concurrent, 3)]
    [InlineData(FanOut.Sequential, null)]
    [InlineData(FanOut.StopOnFirstFailure, null)]
    public async Task Inside_a_stage_handlers_start_in_the_order_of_registration(FanOut fanOut, int? maxConcurrency)
    {
        var bus = EveryFanOut.Bus(fanOut, maxConcurrency);
        var calls = new List<int>();
        for (var i = 0; i < 20; i++)
        {
            var index = i;
            bus.On<OrderPlaced>(_ => calls.Add(index), order: i % 2);
        }

        await bus.PublishAsync(new OrderPlaced());

        calls.Should().Equal(Enumerable.Range(0, 20).OrderBy(i => i % 2));
    }

    [Theory]
    [InlineData(FanOut.Concurrent, null)]
    [InlineData(FanOut.Concurrent, 1)]
    [InlineData(FanOut.Sequential, null)]
    [InlineData(FanOut.Parallel, null)]
    [InlineData(FanOut.Parallel, 2)]
    public async Task A_failed_stage_does_not_stop_later_stages(FanOut fanOut, int? maxConcurrency)
    {
        var bus = EveryFanOut.Bus(fanOut, maxConcurrency);
        var ran = 0;
        bus.On<OrderPlaced>(_ => throw new InvalidOperationException(), "first", order: 1);
        bus.OnAsync<OrderPlaced>(
            async (_, _) =>
            {
                await Task.Yield();
                throw new InvalidOperationException();
            },
            "second",
            order: 2);
        bus.On<OrderPlaced>(_ => ran++, "third", order: 3);

        var result = await bus.PublishAsync(new OrderPlaced()).Soon();

        ran.Should().Be(1);
        result.HandlerCount.Should().Be(3);
        result.Failures.Select(failure => failure.Handler.Name).Should().Equal("first", "second");
    }

    [Fact]
    public async Task A_stage_waits_for_the_slowest_handler_of_the_one_before()
    {
        var bus = new InMemoryEventBus();
        var slow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var next = false;
        bus.OnAsync<OrderPlaced>((_, _) => slow.Task, order: 1);
        bus.On<OrderPlaced>(_ => { }, order: 1);
        bus.On<OrderPlaced>(_ => next = true, order: 2);

        var publish = bus.PublishAsync(new OrderPlaced());
        next.Should().BeFalse();
        slow.SetResult();
        await publish.Soon();

        next.Should().BeTrue();
    }

    [Fact]
    public async Task Handlers_of_base_types_take_their_place_in_the_same_stages()
    {
        var bus = new InMemoryEventBus();
        var calls = new List<string>();
        bus.On<OrderPlaced>(_ => calls.Add("exact, 2"), order: 2);
        bus.On<IDomainEvent>(_ => calls.Add("every, 1"), order: 1);
        bus.On<OrderEvent>(_ => calls.Add("base, 3"), order: 3);

        await bus.PublishAsync(new OrderPlaced());

        calls.Should().Equal("every, 1", "exact, 2", "base, 3");
    }
}
