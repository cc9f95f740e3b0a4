using DomainEvents;

namespace ShelfWise.Domain;

/// <summary>A customer has placed an order. It carries all that its handlers need, so that none has to look it up.</summary>
[EventType("shelfwise.order-placed")]
internal sealed record OrderPlaced(
    Guid OrderId, string OrderNumber, string Sku, int Quantity, decimal Total, string Currency, string CustomerName, string CustomerEmail)
    : DomainEvent;
