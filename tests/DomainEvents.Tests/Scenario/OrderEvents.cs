namespace DomainEvents.Tests;

internal interface IAudited : IDomainEvent
{
    string OrderId { get; }
}

internal abstract record OrderEvent(string OrderId) : DomainEvent, IAudited;

internal sealed record OrderPlaced(string OrderId = "order-1") : OrderEvent(OrderId);

internal sealed record OrderCancelled(string OrderId = "order-1") : OrderEvent(OrderId);

[EventType("shop.order-shipped")]
internal sealed record OrderShipped(string Address = "10 Secret Street") : DomainEvent;

internal sealed record NobodyCares : DomainEvent;

internal readonly record struct PriceSampled(decimal Price) : IDomainEvent
{
    public Guid EventId { get; } = Guid.NewGuid();

    public DateTimeOffset OccurredAt => default;
}
