namespace DomainEvents.Tests;

[Collection(Alone.Name)]
public sealed class FlatHeapTests
{
    private const long Noise = 512 * 1024;

    [Fact]
    public void A_million_publishes_leave_a_flat_heap()
    {
        var bus = new InMemoryEventBus();
        bus.Subscribe<OrderPlaced>(new Counter().Count);
        bus.On<IDomainEvent>(_ => { }, order: 1);
        Publish(10_000);
        var before = Garbage.LiveBytes();

        Publish(1_000_000);

        (Garbage.LiveBytes() - before).Should().BeLessThan(Noise);

        void Publish(int times)
        {
            for (var i = 0; i < times; i++)
            {
                Blocking.Wait(bus.PublishAsync(new OrderPlaced()));
            }
        }
    }

    [Fact]
    public async Task A_hundred_thousand_asynchronous_publishes_and_failures_leave_a_flat_heap()
    {
        var bus = new InMemoryEventBus();
        bus.OnAsync<OrderPlaced>(async (_, _) => await Task.Yield());
        bus.OnAsync<OrderCancelled>(async (_, _) =>
        {
            await Task.Yield();
            throw new InvalidOperationException();
        });
        await PublishAsync(1_000, 100);
        var before = Garbage.LiveBytes();

        await PublishAsync(100_000, 1_000);

        (Garbage.LiveBytes() - before).Should().BeLessThan(Noise);

        async Task PublishAsync(int successes, int failures)
        {
            for (var i = 0; i < successes; i++)
            {
                await bus.PublishAsync(new OrderPlaced());
            }

            for (var i = 0; i < failures; i++)
            {
                await bus.PublishAsync(new OrderCancelled());
            }
        }
    }

    [Fact]
    public async Task A_hundred_thousand_subscriptions_that_ended_leave_a_flat_heap()
    {
        var bus = new InMemoryEventBus();
        await SubscribeAndDisposeAsync(1_000);
        var before = Garbage.LiveBytes();

        await SubscribeAndDisposeAsync(100_000);

        (Garbage.LiveBytes() - before).Should().BeLessThan(Noise);
        bus.HandlersFor(typeof(OrderPlaced)).Should().BeEmpty();

        async Task SubscribeAndDisposeAsync(int times)
        {
            for (var i = 0; i < times; i++)
            {
                using var subscription = bus.On<OrderPlaced>(_ => { });
                await bus.PublishAsync(new OrderPlaced());
            }
        }
    }
}
