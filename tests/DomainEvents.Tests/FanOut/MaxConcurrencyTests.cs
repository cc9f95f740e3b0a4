using DomainEvents.TestSupport;

namespace DomainEvents.Tests;

public sealed class MaxConcurrencyTests
{
    private const int Handlers = 12;

    public static TheoryData<FanOut, int> Limits()
    {
        var data = new TheoryData<FanOut, int>();
        foreach (var fanOut in Enum.GetValues<FanOut>())
        {
            foreach (var limit in new[] { 1, 2, 3, Handlers - 1, Handlers, 2 * Handlers })
            {
                data.Add(fanOut, limit);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Limits))]
    public async Task At_most_so_many_handlers_are_in_flight_and_no_fewer(FanOut fanOut, int limit)
    {
        var expected = fanOut is FanOut.Sequential or FanOut.StopOnFirstFailure ? 1 : Math.Min(limit, Handlers);
        var bus = EveryFanOut.Bus(fanOut, limit);
        var (inFlight, most, ended) = (0, 0, 0);
        var gate = new object();
        var full = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        for (var i = 0; i < Handlers; i++)
        {
            bus.OnAsync<OrderPlaced>(async (_, _) =>
            {
                lock (gate)
                {
                    most = Math.Max(most, ++inFlight);
                    if (inFlight == expected)
                    {
                        full.TrySetResult();
                    }
                }

                await full.Task.Soon();
                await Task.Yield();
                lock (gate)
                {
                    inFlight--;
                    ended++;
                }
            });
        }

        var result = await bus.PublishAsync(new OrderPlaced()).Soon();

        result.Succeeded.Should().BeTrue("as many as the limit allows were in flight at once");
        (most, ended, result.HandlerCount).Should().Be((expected, Handlers, Handlers));
    }

    [Fact]
    public async Task The_limit_holds_in_each_publish_and_not_across_publishes()
    {
        var bus = EveryFanOut.Bus(FanOut.Concurrent, 1);
        using var both = new CountdownEvent(2);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bus.OnAsync<OrderPlaced>((_, _) =>
        {
            both.Signal();
            return goOn.Task;
        });

        var publishes = new[] { bus.PublishAsync(new OrderPlaced()).AsTask(), bus.PublishAsync(new OrderPlaced()).AsTask() };
        both.IsSet.Should().BeTrue();
        goOn.SetResult();

        await Task.WhenAll(publishes).Soon();
    }

    [Fact]
    public async Task A_free_worker_takes_the_next_handler_while_another_is_busy()
    {
        var bus = EveryFanOut.Bus(FanOut.Concurrent, 2);
        var slow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var others = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ran = 0;
        bus.OnAsync<OrderPlaced>((_, _) => slow.Task);
        for (var i = 0; i < 5; i++)
        {
            bus.OnAsync<OrderPlaced>(async (_, _) =>
            {
                await Task.Yield();
                if (Interlocked.Increment(ref ran) == 5)
                {
                    others.SetResult();
                }
            });
        }

        var publish = bus.PublishAsync(new OrderPlaced()).AsTask();
        await others.Task.Soon();
        publish.IsCompleted.Should().BeFalse();
        slow.SetResult();

        (await publish.Soon()).HandlerCount.Should().Be(6);
    }
}
