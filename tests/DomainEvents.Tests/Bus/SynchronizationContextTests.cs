namespace DomainEvents.Tests;

public sealed class SynchronizationContextTests
{
    [Theory]
    [ClassData(typeof(EveryFanOut))]
    public async Task A_blocking_wait_on_a_single_thread_does_not_deadlock(FanOut fanOut, int? maxConcurrency)
    {
        var bus = BusThatAwaits(fanOut, maxConcurrency);

        var direct = await new SingleThread().RunAsync(() => Blocking.Wait(bus.PublishAsync(new OrderPlaced())));
        var asTask = await new SingleThread().RunAsync(() => Blocking.WaitAsTask(bus.PublishAsync(new OrderPlaced())));
        var all = await new SingleThread().RunAsync(() => Blocking.Wait(bus.PublishAllAsync([new OrderPlaced(), new OrderPlaced()])));

        direct.HandlerCount.Should().Be(3);
        asTask.HandlerCount.Should().Be(3);
        all.HandlerCount.Should().Be(6);
        (direct.Succeeded && asTask.Succeeded && all.Succeeded).Should().BeTrue();
    }

    [Fact]
    public async Task A_blocking_wait_on_a_failing_publish_tells_the_failure()
    {
        var bus = new InMemoryEventBus();
        bus.OnAsync<OrderPlaced>(async (_, _) =>
        {
            await Task.Yield();
            throw new InvalidOperationException("late");
        });

        var result = await new SingleThread().RunAsync(() => Blocking.Wait(bus.PublishAsync(new OrderPlaced())));

        result.Failures.Single().Exception.Message.Should().Be("late");
    }

    [Theory]
    [ClassData(typeof(EveryFanOut))]
    public async Task Handlers_run_without_the_context_of_the_publisher_who_keeps_it(FanOut fanOut, int? maxConcurrency)
    {
        var bus = EveryFanOut.Bus(fanOut, maxConcurrency);
        var contexts = new SynchronizationContext?[3];
        bus.OnAsync<OrderPlaced>(async (_, _) =>
        {
            contexts[0] = SynchronizationContext.Current;
            await Task.Yield();
            contexts[1] = SynchronizationContext.Current;
        });
        bus.On<OrderPlaced>(_ => contexts[2] = SynchronizationContext.Current);
        var thread = new SingleThread();

        var kept = await thread.RunAsync(() =>
        {
            Blocking.Wait(bus.PublishAsync(new OrderPlaced())).ThrowIfFailed();
            return SynchronizationContext.Current;
        });

        contexts.Should().OnlyContain(context => context == null);
        kept.Should().BeSameAs(thread);
        thread.Posts.Should().Be(0);
    }

    [Fact]
    public async Task A_refused_publish_leaves_the_context_in_place()
    {
        var bus = new InMemoryEventBus(new EventBusOptions { MaxPublishDepth = 1 });
        SynchronizationContext? within = null;
        var thread = new SingleThread();
        bus.On<OrderPlaced>(_ =>
        {
            SynchronizationContext.SetSynchronizationContext(thread);
            try
            {
                bus.PublishAsync(new OrderPlaced()).AsTask();
            }
            catch (InvalidOperationException)
            {
                within = SynchronizationContext.Current;
            }
        });

        var after = await thread.RunAsync(() =>
        {
            Blocking.Wait(bus.PublishAsync(new OrderPlaced())).ThrowIfFailed();
            return SynchronizationContext.Current;
        });

        within.Should().BeSameAs(thread);
        after.Should().BeSameAs(thread);
    }

    private static InMemoryEventBus BusThatAwaits(FanOut fanOut, int? maxConcurrency)
    {
        var bus = EveryFanOut.Bus(fanOut, maxConcurrency);
        bus.OnAsync<OrderPlaced>(async (_, _) => await Task.Yield());
        bus.On<OrderPlaced>(_ => { });
        bus.OnAsync<OrderPlaced>(
            async (_, _) =>
            {
                await Task.Yield();
                await Task.Yield();
            },
            order: 1);
        return bus;
    }
}
