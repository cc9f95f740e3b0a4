using DomainEvents.TestSupport;

namespace DomainEvents.Tests;

/// <summary>A publish takes one way until a handler throws or does not complete, and another one from there on.</summary>
public sealed class PublishPathTests
{
    public enum Way
    {
        ThrowsAtOnce,
        ReturnsAFaultedTask,
        ReturnsNoTask,
        ReturnsACancelledTask,
        ReturnsAStaleValueTask,
        SucceedsLater,
        FailsLater,
    }

    public static TheoryData<Way, int, bool> Ways()
    {
        var data = new TheoryData<Way, int, bool>();
        foreach (var way in Enum.GetValues<Way>())
        {
            for (var position = 0; position < 3; position++)
            {
                data.Add(way, position, true);
                data.Add(way, position, false);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Wherever_a_handler_leaves_the_short_way_all_run_once_its_failure_is_told_and_nothing_stays_behind(
        Way way, int position, bool context)
    {
        PoolContext.Use(context);
        var before = SynchronizationContext.Current;
        var bus = new InMemoryEventBus(new EventBusOptions { MaxPublishDepth = 1 });
        var later = new TaskCompletionSource();
        var ran = new int[3];
        for (var i = 0; i < ran.Length; i++)
        {
            var index = i;
            bus.Subscribe<OrderPlaced>(
                (_, _) =>
                {
                    ran[index]++;
                    return index == position ? HandleAsync(way, later.Task) : default;
                },
                new SubscribeOptions { Name = $"{index}" });
        }

        var publish = bus.PublishAsync(new OrderPlaced());

        ran.Should().Equal(1, 1, 1);
        publish.IsCompleted.Should().Be(way is not (Way.SucceedsLater or Way.FailsLater));
        SynchronizationContext.Current.Should().BeSameAs(before);
        ANewPublishIsNotNested(bus);

        if (way == Way.FailsLater)
        {
            later.SetException(new InvalidOperationException());
        }
        else
        {
            later.SetResult();
        }

        var result = await publish.Soon();
        result.HandlerCount.Should().Be(3);
        result.Failures.Select(failure => (failure.Handler.Name, failure.Exception.GetType())).Should().Equal(
            Expected(way) is { } exception ? [($"{position}", exception)] : []);
        ran.Should().Equal(1, 1, 1);
    }

    [Theory]
    [InEitherContext]
    public void When_all_handlers_succeed_at_once_nothing_stays_behind(bool context)
    {
        PoolContext.Use(context);
        var bus = new InMemoryEventBus(new EventBusOptions { MaxPublishDepth = 1 });
        bus.On<OrderPlaced>(_ => { });

        Blocking.Wait(bus.PublishAsync(new OrderPlaced())).HandlerCount.Should().Be(1);

        ANewPublishIsNotNested(bus);
    }

    [Theory]
    [InEitherContext]
    public void What_escapes_a_publish_leaves_nothing_behind(bool context)
    {
        PoolContext.Use(context);
        var bus = new InMemoryEventBus(new EventBusOptions { MaxPublishDepth = 1 });
        bus.On<OrderPlaced>(_ => throw new InvalidOperationException());
        bus.Plan(new OrderPlaced(), Occasions.Immediate).Handlers[0] = null!; // as good as running out of memory

        bus.Invoking(it => Blocking.Wait(it.PublishAsync(new OrderPlaced()))).Should().Throw<NullReferenceException>();

        ANewPublishIsNotNested(bus);
    }

    /// <summary>The depth is counted by thread: a publish on this one is refused if an earlier one has left some behind.</summary>
    private static void ANewPublishIsNotNested(InMemoryEventBus bus)
    {
        using var handler = bus.On<OrderCancelled>(_ => { });
        bus.Invoking(it => Blocking.Wait(it.PublishAsync(new OrderCancelled()))).Should().NotThrow().Which.Succeeded.Should().BeTrue();
    }

    private static ValueTask HandleAsync(Way way, Task later) => way switch
    {
        Way.ThrowsAtOnce => throw new InvalidOperationException(),
        Way.ReturnsAFaultedTask => ValueTask.FromException(new InvalidOperationException()),
        Way.ReturnsNoTask => new ValueTask((Task)null!),
        Way.ReturnsACancelledTask => ValueTask.FromCanceled(new CancellationToken(canceled: true)),
        Way.ReturnsAStaleValueTask => ValueTaskOnce.Stale(),
        Way.SucceedsLater or Way.FailsLater => new ValueTask(later),
        _ => throw new NotSupportedException($"{way}"),
    };

    private static Type? Expected(Way way) => way switch
    {
        Way.ReturnsNoTask => typeof(ArgumentNullException),
        Way.ReturnsACancelledTask => typeof(TaskCanceledException),
        Way.SucceedsLater => null,
        _ => typeof(InvalidOperationException),
    };
}
