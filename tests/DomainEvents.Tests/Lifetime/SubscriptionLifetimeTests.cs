using System.Runtime.CompilerServices;
using DomainEvents.TestSupport;

namespace DomainEvents.Tests;

[Collection(Alone.Name)]
public sealed class SubscriptionLifetimeTests
{
    [Theory]
    [ClassData(typeof(EveryFanOut))]
    public async Task The_handler_of_a_disposed_subscription_is_collected(FanOut fanOut, int? maxConcurrency)
    {
        var bus = EveryFanOut.Bus(fanOut, maxConcurrency);
        bus.On<OrderPlaced>(_ => { });

        var (target, subscription) = await SubscribePublishAndDisposeAsync(bus);
        await bus.PublishAsync(new OrderPlaced());

        Garbage.Collect(target).Should().BeFalse("nothing holds the handler");
        subscription.Dispose();
        GC.KeepAlive(bus);
    }

    [Fact]
    public async Task A_handler_is_collected_even_if_the_bus_is_never_used_again()
    {
        var bus = new InMemoryEventBus();

        var (target, subscription) = await SubscribePublishAndDisposeAsync(bus);

        Garbage.Collect(target).Should().BeFalse();
        GC.KeepAlive(subscription);
        GC.KeepAlive(bus);
    }

    [Fact]
    public async Task A_subscribed_handler_is_kept_without_its_subscription()
    {
        var bus = new InMemoryEventBus();
        var target = SubscribeAndForget(bus);

        Garbage.Collect(target).Should().BeTrue();
        (await bus.PublishAsync(new OrderPlaced())).HandlerCount.Should().Be(1);
    }

    [Fact]
    public async Task An_event_and_a_failure_are_not_kept_by_the_bus()
    {
        var bus = new InMemoryEventBus();
        bus.OnAsync<OrderPlaced>(async (_, _) =>
        {
            await Task.Yield();
            throw new InvalidOperationException();
        });

        var (domainEvent, exception) = await PublishFailingAsync(bus);

        Garbage.Collect(domainEvent).Should().BeFalse();
        Garbage.Collect(exception).Should().BeFalse();
        GC.KeepAlive(bus);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<(WeakReference Target, IDisposable Subscription)> SubscribePublishAndDisposeAsync(InMemoryEventBus bus)
    {
        var handler = new Yielding();
        var subscription = bus.Subscribe(handler);
        (await bus.PublishAsync(new OrderPlaced()).Soon()).ThrowIfFailed();
        handler.Runs.Should().Be(1);
        subscription.Dispose();
        return (new WeakReference(handler), subscription);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference SubscribeAndForget(InMemoryEventBus bus)
    {
        var handler = new Yielding();
        bus.Subscribe(handler);
        return new WeakReference(handler);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<(WeakReference Event, WeakReference Exception)> PublishFailingAsync(InMemoryEventBus bus)
    {
        var domainEvent = new OrderPlaced();
        var result = await bus.PublishAsync(domainEvent).Soon();
        return (new WeakReference(domainEvent), new WeakReference(result.Failures.Single().Exception));
    }

    private sealed class Yielding : IEventHandler<OrderPlaced>
    {
        public int Runs { get; private set; }

        public async ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
        {
            await Task.Yield();
            Runs++;
        }
    }
}
