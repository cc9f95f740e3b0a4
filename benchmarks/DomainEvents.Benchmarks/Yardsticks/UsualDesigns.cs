using DomainEvents.Benchmarks.Events;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Benchmarks.Yardsticks;

/// <summary>How publishing is usually written. Shapes of designs, written here; not the code of any library.</summary>
public static class UsualDesigns
{
    /// <summary>An async method that awaits one handler after the other; a throw stops the rest.</summary>
    public static async ValueTask AwaitEach(IEventHandler<OrderPlaced>[] handlers, OrderPlaced domainEvent)
    {
        foreach (var handler in handlers)
        {
            await handler.HandleAsync(domainEvent, default).ConfigureAwait(false);
        }
    }

    /// <summary>All handlers as tasks, awaited together.</summary>
    public static Task WhenAll(IEventHandler<OrderPlaced>[] handlers, OrderPlaced domainEvent) =>
        Task.WhenAll(handlers.Select(handler => handler.HandleAsync(domainEvent, default).AsTask()));

    /// <summary>Handlers resolved at each publish and called through LINQ and a closure each; a throw stops the rest.</summary>
    public static async Task ResolvePerPublish(IServiceProvider services, OrderPlaced domainEvent)
    {
        var calls = services.GetServices<IEventHandler<OrderPlaced>>()
            .Select(handler => new Func<CancellationToken, Task>(token => handler.HandleAsync(domainEvent, token).AsTask()));
        foreach (var call in calls)
        {
            await call(default).ConfigureAwait(false);
        }
    }
}
