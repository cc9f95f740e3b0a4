namespace DomainEvents.Tests;

internal static class BusExtensions
{
    /// <summary>Subscribes a handler that completes synchronously.</summary>
    public static IDisposable On<TEvent>(this IEventBus bus, Action<TEvent> handler, string? name = null, int order = 0)
        where TEvent : notnull =>
        bus.Subscribe<TEvent>(
            (domainEvent, _) =>
            {
                handler(domainEvent);
                return default;
            },
            new SubscribeOptions { Name = name, Order = order });

    /// <summary>Subscribes an asynchronous handler.</summary>
    public static IDisposable OnAsync<TEvent>(
        this IEventBus bus, Func<TEvent, CancellationToken, Task> handler, string? name = null, int order = 0)
        where TEvent : notnull =>
        bus.Subscribe<TEvent>(
            (domainEvent, token) => new ValueTask(handler(domainEvent, token)),
            new SubscribeOptions { Name = name, Order = order });
}
