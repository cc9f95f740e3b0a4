using System.Runtime.CompilerServices;
using DomainEvents.Benchmarks.Events;

namespace DomainEvents.Benchmarks.Yardsticks;

/// <summary>The least that a fan-out can do: no isolation, no result, no types to find. The measure of all others.</summary>
public static class RawLoop
{
    /// <summary>An array of interface calls; nothing is caught, nothing is returned. A call like that of a library: not inlined.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ValueTask Publish(IEventHandler<OrderPlaced>[] handlers, OrderPlaced domainEvent)
    {
        for (var i = 0; i < handlers.Length; i++)
        {
            var task = handlers[i].HandleAsync(domainEvent, default);
            if (!task.IsCompletedSuccessfully)
            {
                return AwaitRest(handlers, domainEvent, i, task);
            }
        }

        return default;
    }

    /// <summary>Starts all, then awaits each: concurrent, with the first failure hiding the others.</summary>
    public static async ValueTask FanOut(IEventHandler<OrderPlaced>[] handlers, OrderPlaced domainEvent)
    {
        var tasks = new ValueTask[handlers.Length];
        for (var i = 0; i < handlers.Length; i++)
        {
            tasks[i] = handlers[i].HandleAsync(domainEvent, default);
        }

        foreach (var task in tasks)
        {
            await task.ConfigureAwait(false);
        }
    }

    private static async ValueTask AwaitRest(IEventHandler<OrderPlaced>[] handlers, OrderPlaced domainEvent, int index, ValueTask task)
    {
        await task.ConfigureAwait(false);
        for (var i = index + 1; i < handlers.Length; i++)
        {
            await handlers[i].HandleAsync(domainEvent, default).ConfigureAwait(false);
        }
    }
}
