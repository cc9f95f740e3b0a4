using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using DomainEvents.TestSupport;

namespace DomainEvents.Tests;

[Collection(Alone.Name)]
public sealed class CollectibleEventTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_event_type_can_be_unloaded_after_it_was_published(bool observed)
    {
        using var spans = observed ? new Spans() : null;
        var logger = new RecordingLogger<InMemoryEventBus>();
        var bus = new InMemoryEventBus(logger: logger);

        var nobodyHandled = PublishPluginEvent(bus);
        bus.On<IDomainEvent>(_ => { }, "every");
        bus.OnAsync<IDomainEvent>(async (_, _) => await Task.Yield(), "every, later");
        var handled = PublishPluginEvent(bus);

        Garbage.Collect(nobodyHandled).Should().BeFalse();
        Garbage.Collect(handled).Should().BeFalse("no cache keeps the type");
        logger.Entries.Should().ContainSingle("its name stays told").Which.EventId.Id.Should().Be(1001);
        (await bus.PublishAsync(new OrderPlaced())).HandlerCount.Should().Be(2);
    }

    [Fact]
    public async Task A_handler_of_a_collectible_event_lets_it_go_once_it_is_unsubscribed()
    {
        var bus = new InMemoryEventBus();
        bus.On<IDomainEvent>(_ => { });

        var plugin = SubscribePublishAndDispose(bus);

        Garbage.Collect(plugin).Should().BeFalse();
        (await bus.PublishAsync(new OrderPlaced())).HandlerCount.Should().Be(1);
    }

    [Fact]
    public async Task Loading_and_unloading_again_and_again_mixes_up_no_plans()
    {
        var bus = new InMemoryEventBus();
        var handled = 0;
        bus.On<IDomainEvent>(_ => handled++);

        for (var i = 0; i < 50; i++)
        {
            PublishPluginEvent(bus);
            if (i % 10 == 0)
            {
                Garbage.CollectOnce();
            }
        }

        handled.Should().Be(2 * 50);
        (await bus.PublishAsync(new OrderPlaced())).HandlerCount.Should().Be(1);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference PublishPluginEvent(InMemoryEventBus bus)
    {
        var plugin = new AssemblyLoadContext("plugin", isCollectible: true);
        var domainEvent = Plugin.NewEvent(plugin);
        domainEvent.GetType().IsCollectible.Should().BeTrue();
        Blocking.WaitAsTask(bus.PublishAsync(domainEvent)).ThrowIfFailed();
        Blocking.WaitAsTask(bus.PublishAsync(domainEvent)).ThrowIfFailed();
        plugin.Unload();
        return new WeakReference(plugin);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference SubscribePublishAndDispose(InMemoryEventBus bus)
    {
        var plugin = new AssemblyLoadContext("plugin", isCollectible: true);
        var domainEvent = Plugin.NewEvent(plugin);
        var subscribe = typeof(CollectibleEventTests)
            .GetMethod(nameof(Subscribe), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(domainEvent.GetType());
        var subscription = (IDisposable)subscribe.Invoke(null, [bus])!;
        Blocking.WaitAsTask(bus.PublishAsync(domainEvent)).HandlerCount.Should().Be(2);
        subscription.Dispose();
        plugin.Unload();
        return new WeakReference(plugin);
    }

    private static IDisposable Subscribe<TEvent>(InMemoryEventBus bus)
        where TEvent : notnull =>
        bus.OnAsync<TEvent>(async (_, _) => await Task.Yield());
}
