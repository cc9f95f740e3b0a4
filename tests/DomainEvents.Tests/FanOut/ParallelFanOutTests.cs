using System.Collections.Concurrent;
using DomainEvents.TestSupport;

namespace DomainEvents.Tests;

public sealed class ParallelFanOutTests
{
    private readonly InMemoryEventBus _bus = new(new EventBusOptions { FanOut = FanOut.Parallel });

    [Fact]
    public async Task A_handler_that_blocks_delays_nobody()
    {
        using var siblingsStarted = new CountdownEvent(2);
        var freed = false;
        _bus.On<OrderPlaced>(_ => freed = siblingsStarted.Wait(Signals.Timeout));
        _bus.On<OrderPlaced>(_ => siblingsStarted.Signal());
        _bus.On<OrderPlaced>(_ => siblingsStarted.Signal());

        (await _bus.PublishAsync(new OrderPlaced()).Soon()).Succeeded.Should().BeTrue();

        freed.Should().BeTrue("the siblings started while the first one was blocked");
    }

    [Fact]
    public async Task Handlers_run_on_the_thread_pool_and_the_publisher_goes_on()
    {
        var onPool = new ConcurrentBag<bool>();
        var publisher = new TaskCompletionSource<Task<PublishResult>>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var publisherWentOn = new ManualResetEventSlim();
        for (var i = 0; i < 2; i++)
        {
            _bus.On<OrderPlaced>(_ =>
            {
                onPool.Add(Thread.CurrentThread.IsThreadPoolThread && publisherWentOn.Wait(Signals.Timeout));
            });
        }

        new Thread(() =>
        {
            var publish = _bus.PublishAsync(new OrderPlaced()).AsTask();
            publisherWentOn.Set();
            publisher.SetResult(publish);
        }).Start();

        await (await publisher.Task.Soon()).Soon();
        onPool.Should().Equal(true, true);
    }

    [Fact]
    public async Task The_handlers_of_a_stage_have_ended_before_the_next_stage_starts()
    {
        var calls = new ConcurrentQueue<int>();
        for (var order = 3; order >= 1; order--)
        {
            var stage = order;
            for (var i = 0; i < 3; i++)
            {
                _bus.OnAsync<OrderPlaced>(
                    async (_, _) =>
                    {
                        await Task.Yield();
                        calls.Enqueue(stage);
                    },
                    order: stage);
            }
        }

        await _bus.PublishAsync(new OrderPlaced()).Soon();

        calls.Should().Equal(1, 1, 1, 2, 2, 2, 3, 3, 3);
    }
}
