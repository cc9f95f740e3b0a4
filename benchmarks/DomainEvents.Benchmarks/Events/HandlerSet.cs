namespace DomainEvents.Benchmarks.Events;

public static class HandlerSet
{
    /// <summary>As many handlers as asked for, each of its own class.</summary>
    public static IEventHandler<OrderPlaced>[] Synchronous(int count)
    {
        var handlers = new IEventHandler<OrderPlaced>[count];
        var tag = typeof(FirstTag);
        for (var i = 0; i < count; i++, tag = typeof(NextTag<>).MakeGenericType(tag))
        {
            handlers[i] = (IEventHandler<OrderPlaced>)Activator.CreateInstance(typeof(SynchronousHandler<>).MakeGenericType(tag))!;
        }

        return handlers;
    }

    public static InMemoryEventBus Bus(IEnumerable<IEventHandler<OrderPlaced>> handlers, EventBusOptions? options = null)
    {
        var bus = new InMemoryEventBus(options);
        foreach (var handler in handlers)
        {
            bus.Subscribe(handler);
        }

        return bus;
    }
}
