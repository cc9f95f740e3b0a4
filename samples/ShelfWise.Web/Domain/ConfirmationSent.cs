using DomainEvents;

namespace ShelfWise.Domain;

/// <summary>The customer has been told that an order was placed.</summary>
[EventType("shelfwise.confirmation-sent")]
internal sealed record ConfirmationSent(Guid OrderId, string Sku) : DomainEvent;
