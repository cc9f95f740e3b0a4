using DomainEvents.TestSupport;

namespace DomainEvents.Tests;

public sealed class PublishDepthTests
{
    private const int FarTooDeep = 10_000;

    private int _deepest;
    private Exception? _refusal;

    [Theory]
    [InEitherContext(Rows = typeof(EveryFanOut))]
    public async Task Sixty_four_publishes_may_be_nested_by_default(FanOut fanOut, int? maxConcurrency, bool context)
    {
        PoolContext.Use(context);
        var bus = EveryFanOut.Bus(fanOut, maxConcurrency);
        PublishWithin(bus, 64);

        await bus.PublishAsync(new Step(1)).Soon();

        _deepest.Should().Be(64);
        _refusal.Should().BeNull();
    }

    [Theory]
    [InEitherContext(FanOut.Concurrent, null)]
    [InEitherContext(FanOut.Concurrent, 2)]
    [InEitherContext(FanOut.Sequential, null)]
    [InEitherContext(FanOut.StopOnFirstFailure, null)]
    public async Task An_event_that_causes_itself_is_stopped_at_the_limit(FanOut fanOut, int? maxConcurrency, bool context)
    {
        PoolContext.Use(context);
        var bus = EveryFanOut.Bus(fanOut, maxConcurrency);
        PublishWithin(bus, FarTooDeep);

        await bus.PublishAsync(new Step(1)).Soon();

        _deepest.Should().Be(64);
        _refusal.Should().BeOfType<InvalidOperationException>().Which.Message.Should().Be(
            "Handlers publish from handlers more than 64 deep, which EventBusOptions.MaxPublishDepth does not allow. " +
            "Usually an event causes itself: break the cycle, or raise the limit.");
    }

    [Theory]
    [InEitherContext(1)]
    [InEitherContext(3)]
    [InEitherContext(200)]
    public async Task The_limit_can_be_chosen(int limit, bool context)
    {
        PoolContext.Use(context);
        var bus = new InMemoryEventBus(new EventBusOptions { MaxPublishDepth = limit });
        PublishWithin(bus, FarTooDeep);

        await bus.PublishAsync(new Step(1)).Soon();

        _deepest.Should().Be(limit);
        _refusal!.Message.Should().Contain($"more than {limit} deep");
    }

    [Theory]
    [InEitherContext]
    public async Task A_limit_beyond_the_stack_ends_in_an_error_and_not_in_a_stack_overflow(bool context)
    {
        var bus = new InMemoryEventBus(new EventBusOptions { MaxPublishDepth = int.MaxValue });
        PublishWithin(bus, 1_000_000);

        await Task.Run(() =>
        {
            PoolContext.Use(context);
            return bus.PublishAsync(new Step(1)).AsTask();
        }).Soon();

        _deepest.Should().BeInRange(65, 999_999);
        _refusal.Should().BeOfType<InvalidOperationException>().Which.Message
            .Should().Contain("The stack is used up").And.Contain("MaxPublishDepth (2147483647)").And.Contain("lower the limit");
    }

    [Theory]
    [InEitherContext]
    public async Task A_refused_publish_that_the_handler_does_not_catch_is_its_failure(bool context)
    {
        PoolContext.Use(context);
        var logger = new RecordingLogger<InMemoryEventBus>();
        var bus = new InMemoryEventBus(new EventBusOptions { MaxPublishDepth = 1 }, logger);
        bus.OnAsync<OrderPlaced>(async (_, token) => await bus.PublishAsync(new OrderPlaced(), token), "loops");

        var result = await bus.PublishAsync(new OrderPlaced());

        result.Failures.Single().Exception.Should().BeOfType<InvalidOperationException>()
            .Which.Message.Should().Contain("EventBusOptions.MaxPublishDepth");
        logger.Entries.Should().ContainSingle();
    }

    [Theory]
    [InEitherContext]
    public async Task A_refusal_leaves_no_depth_behind(bool context)
    {
        PoolContext.Use(context);
        var bus = new InMemoryEventBus(new EventBusOptions { MaxPublishDepth = 2 });
        PublishWithin(bus, FarTooDeep);

        for (var i = 0; i < 10; i++)
        {
            _deepest = 0;
            await bus.PublishAsync(new Step(1));
            _deepest.Should().Be(2);
        }
    }

    [Theory]
    [InEitherContext]
    public async Task Publishes_one_after_the_other_in_a_handler_are_no_nesting(bool context)
    {
        PoolContext.Use(context);
        var bus = new InMemoryEventBus(new EventBusOptions { MaxPublishDepth = 2 });
        var handled = 0;
        bus.On<OrderCancelled>(_ => handled++);
        bus.OnAsync<OrderPlaced>(async (_, token) =>
        {
            for (var i = 0; i < 1_000; i++)
            {
                (await bus.PublishAsync(new OrderCancelled(), token)).ThrowIfFailed();
            }
        });

        (await bus.PublishAsync(new OrderPlaced())).ThrowIfFailed();

        handled.Should().Be(1_000);
    }

    [Theory]
    [InEitherContext(Rows = typeof(EveryFanOut))]
    public async Task Ten_thousand_publishes_that_await_one_another_end_without_a_stack_overflow(FanOut fanOut, int? maxConcurrency, bool context)
    {
        PoolContext.Use(context);
        var bus = EveryFanOut.Bus(fanOut, maxConcurrency);
        var deepest = 0;
        bus.OnAsync<Step>(async (step, token) =>
        {
            await Task.Yield(); // leaves the stack
            if (step.Depth < FarTooDeep)
            {
                (await bus.PublishAsync(new Step(step.Depth + 1), token)).ThrowIfFailed();
            }
            else
            {
                deepest = step.Depth;
            }
        });

        var result = await bus.PublishAsync(new Step(1)).Soon();

        result.Succeeded.Should().BeTrue();
        deepest.Should().Be(FarTooDeep);
    }

    [Theory]
    [InEitherContext]
    public async Task Ten_thousand_publishes_that_wait_for_one_signal_unwind_without_a_stack_overflow(bool context)
    {
        PoolContext.Use(context);
        var bus = new InMemoryEventBus(new EventBusOptions { MaxPublishDepth = 64 });
        var last = new TaskCompletionSource();
        bus.OnAsync<Step>(async (step, token) =>
        {
            if (step.Depth % 32 == 0)
            {
                await Task.Yield();
            }

            if (step.Depth == FarTooDeep)
            {
                await last.Task;
            }
            else
            {
                (await bus.PublishAsync(new Step(step.Depth + 1), token)).ThrowIfFailed();
            }
        });

        var publish = bus.PublishAsync(new Step(1)).AsTask();
        _ = Task.Run(last.SetResult);

        (await publish.Soon()).Succeeded.Should().BeTrue();
    }

    [Theory]
    [InEitherContext]
    public async Task A_concurrency_limit_of_one_does_not_deadlock_a_nested_awaited_publish(bool context)
    {
        PoolContext.Use(context);
        foreach (var fanOut in Enum.GetValues<FanOut>())
        {
            var bus = EveryFanOut.Bus(fanOut, 1);
            var handled = false;
            bus.OnAsync<OrderCancelled>(async (_, _) =>
            {
                await Task.Yield();
                handled = true;
            });
            bus.OnAsync<OrderPlaced>(async (_, token) => (await bus.PublishAsync(new OrderCancelled(), token)).ThrowIfFailed());

            (await bus.PublishAsync(new OrderPlaced()).Soon()).Succeeded.Should().BeTrue();
            handled.Should().BeTrue();
        }
    }

    private void PublishWithin(InMemoryEventBus bus, int depth) => bus.OnAsync<Step>(async (step, token) =>
    {
        _deepest = Math.Max(_deepest, step.Depth);
        if (step.Depth < depth)
        {
            try
            {
                await bus.PublishAsync(new Step(step.Depth + 1), token);
            }
            catch (InvalidOperationException exception)
            {
                _refusal = exception;
            }
        }
    });

    private sealed record Step(int Depth) : DomainEvent;
}
