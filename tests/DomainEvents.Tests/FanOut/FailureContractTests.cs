using DomainEvents.TestSupport;

namespace DomainEvents.Tests;

/// <summary>However a handler fails, and however the bus runs it: one failure, and nobody else is disturbed.</summary>
public sealed class FailureContractTests
{
    public enum Way
    {
        ThrowsBeforeTheFirstAwait,
        ThrowsAsynchronously,
        ThrowsWithoutBeingAsync,
        ReturnsAFailedTask,
        WrapsANullTask,
        IsCancelledByAForeignToken,
        ReturnsACancelledTask,
        ReturnsAFailedSource,
    }

    public static TheoryData<Way, FanOut, int?, bool> Ways()
    {
        var data = new TheoryData<Way, FanOut, int?, bool>();
        foreach (var way in Enum.GetValues<Way>())
        {
            foreach (var mode in new EveryFanOut().Where(mode => (FanOut)mode[0] != FanOut.StopOnFirstFailure))
            {
                data.Add(way, (FanOut)mode[0], (int?)mode[1], true);
                data.Add(way, (FanOut)mode[0], (int?)mode[1], false);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_failing_handler_does_not_stop_its_siblings(Way way, FanOut fanOut, int? maxConcurrency, bool context)
    {
        PoolContext.Use(context);
        var ran = 0;
        var bus = EveryFanOut.Bus(fanOut, maxConcurrency);
        bus.On<OrderPlaced>(_ => Interlocked.Increment(ref ran), "before");
        bus.Subscribe<OrderPlaced>((_, _) => FailAsync(way), new SubscribeOptions { Name = "failing" });
        bus.OnAsync<OrderPlaced>(async (_, _) =>
        {
            await Task.Yield();
            Interlocked.Increment(ref ran);
        });
        bus.On<OrderPlaced>(_ => Interlocked.Increment(ref ran), "next stage", order: 1);
        var domainEvent = new OrderPlaced();

        var result = await bus.PublishAsync(domainEvent).Soon();

        ran.Should().Be(3);
        result.HandlerCount.Should().Be(4);
        result.Succeeded.Should().BeFalse();
        var failure = result.Failures.Should().ContainSingle().Subject;
        failure.Event.Should().BeSameAs(domainEvent);
        failure.Handler.Should().Be(bus.HandlersFor(typeof(OrderPlaced)).Single(handler => handler.Name == "failing"));
        failure.Exception.Should().BeOfType(Expected(way), "it is what the handler threw, not a wrapper");
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task One_handler_alone_fails_in_the_same_way_as_one_of_a_hundred(Way way, FanOut fanOut, int? maxConcurrency, bool context)
    {
        PoolContext.Use(context);
        var alone = EveryFanOut.Bus(fanOut, maxConcurrency);
        alone.Subscribe<OrderPlaced>((_, _) => FailAsync(way));
        var many = EveryFanOut.Bus(fanOut, maxConcurrency);
        for (var i = 0; i < 100; i++)
        {
            many.Subscribe<OrderPlaced>((_, _) => FailAsync(way), new SubscribeOptions { Name = $"{i}" });
        }

        var one = await alone.PublishAsync(new OrderPlaced()).Soon();
        var hundred = await many.PublishAsync(new OrderPlaced()).Soon();

        one.Failures.Select(failure => failure.Exception.GetType()).Should().Equal(Expected(way));
        hundred.Failures.Should().HaveCount(100).And.OnlyContain(failure => failure.Exception.GetType() == Expected(way));
        hundred.Failures.Select(failure => failure.Handler.Name).Should().Equal(Enumerable.Range(0, 100).Select(i => $"{i}"));
    }

    [Theory]
    [InEitherContext(Rows = typeof(EveryFanOut))]
    public async Task A_foreign_cancellation_is_a_failure_and_does_not_cancel_the_publish(FanOut fanOut, int? maxConcurrency, bool context)
    {
        PoolContext.Use(context);
        using var publisher = new CancellationTokenSource();
        var bus = EveryFanOut.Bus(fanOut, maxConcurrency);
        bus.Subscribe<OrderPlaced>((_, _) => FailAsync(Way.IsCancelledByAForeignToken));

        var publish = bus.PublishAsync(new OrderPlaced(), publisher.Token).AsTask();

        (await publish.Soon()).Failures.Should().ContainSingle();
        publish.Status.Should().Be(TaskStatus.RanToCompletion);
    }

    [Theory]
    [InEitherContext(FanOut.Concurrent)]
    [InEitherContext(FanOut.Sequential)]
    [InEitherContext(FanOut.Parallel)]
    public async Task Failures_are_reported_in_handler_order_whatever_the_order_they_happen_in(FanOut fanOut, bool context)
    {
        PoolContext.Use(context);
        var bus = new InMemoryEventBus(new EventBusOptions { FanOut = fanOut });
        var secondFailed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bus.OnAsync<OrderPlaced>(
            async (_, _) =>
            {
                if (fanOut != FanOut.Sequential)
                {
                    await secondFailed.Task.Soon();
                }

                throw new InvalidOperationException("first");
            },
            "a");
        bus.On<OrderPlaced>(
            _ =>
            {
                secondFailed.SetResult();
                throw new InvalidOperationException("second");
            },
            "b");

        var result = await bus.PublishAsync(new OrderPlaced()).Soon();

        result.Failures.Select(failure => failure.Handler.Name).Should().Equal("a", "b");
        result.Invoking(it => it.ThrowIfFailed()).Should().Throw<EventPublishException>()
            .Which.InnerExceptions.Select(exception => exception.Message).Should().Equal("first", "second");
    }

    [Theory]
    [InEitherContext]
    public async Task The_publish_ends_only_when_every_started_handler_has_ended(bool context)
    {
        PoolContext.Use(context);
        foreach (var fanOut in new[] { FanOut.Concurrent, FanOut.Parallel })
        {
            var bus = new InMemoryEventBus(new EventBusOptions { FanOut = fanOut });
            var slow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var failed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            bus.OnAsync<OrderPlaced>((_, _) => slow.Task);
            bus.On<OrderPlaced>(_ =>
            {
                failed.SetResult();
                throw new InvalidOperationException();
            });

            var publish = bus.PublishAsync(new OrderPlaced()).AsTask();
            await failed.Task.Soon();
            publish.IsCompleted.Should().BeFalse();
            slow.SetResult();

            (await publish.Soon()).Failures.Should().ContainSingle();
        }
    }

    private static Type Expected(Way way) => way switch
    {
        Way.WrapsANullTask => typeof(ArgumentNullException),
        Way.IsCancelledByAForeignToken => typeof(OperationCanceledException),
        Way.ReturnsACancelledTask => typeof(TaskCanceledException),
        _ => typeof(InvalidOperationException),
    };

    private static ValueTask FailAsync(Way way)
    {
        return way switch
        {
            Way.ThrowsBeforeTheFirstAwait => BeforeTheFirstAwait(),
            Way.ThrowsAsynchronously => Asynchronously(new InvalidOperationException()),
            Way.ThrowsWithoutBeingAsync => throw new InvalidOperationException(),
            Way.ReturnsAFailedTask => ValueTask.FromException(new InvalidOperationException()),
            Way.WrapsANullTask => new ValueTask((Task)null!),
            Way.IsCancelledByAForeignToken => Asynchronously(new OperationCanceledException(new CancellationToken(canceled: true))),
            Way.ReturnsACancelledTask => ValueTask.FromCanceled(new CancellationToken(canceled: true)),
            Way.ReturnsAFailedSource => ValueTaskOnce.Failed(new InvalidOperationException()),
            _ => throw new NotSupportedException($"{way}"),
        };

#pragma warning disable CS1998 // throws before it could await
        static async ValueTask BeforeTheFirstAwait() => throw new InvalidOperationException();
#pragma warning restore CS1998

        static async ValueTask Asynchronously(Exception exception)
        {
            await Task.Yield();
            throw exception;
        }
    }
}
