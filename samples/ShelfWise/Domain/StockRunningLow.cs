using DomainEvents;

namespace ShelfWise.Domain;

/// <summary>A title has dropped below <see cref="Book.LowStock"/> copies.</summary>
[EventType("shelfwise.stock-running-low")]
internal sealed record StockRunningLow(string Sku, string Title, int CopiesLeft) : DomainEvent;
