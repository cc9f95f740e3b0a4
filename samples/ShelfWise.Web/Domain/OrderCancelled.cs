using DomainEvents;

namespace ShelfWise.Domain;

/// <summary>A customer has cancelled an order. It carries what the order had taken, so that it can be given back.</summary>
[EventType("shelfwise.order-cancelled")]
internal sealed record OrderCancelled(Guid OrderId, string OrderNumber, string Sku, int Quantity, decimal Total, string Currency)
    : DomainEvent;
