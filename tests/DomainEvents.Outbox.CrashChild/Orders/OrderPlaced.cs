namespace DomainEvents.Outbox.CrashChild.Orders;

/// <summary>The event of each order; <paramref name="Number"/> counts those of one customer.</summary>
[EventType("crash.order-placed")]
internal sealed record OrderPlaced(int Customer, int Number) : DomainEvent;
