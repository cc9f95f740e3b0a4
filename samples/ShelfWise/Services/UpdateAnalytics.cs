using DomainEvents;
using ShelfWise.Domain;
using ShelfWise.Services.Ports;

namespace ShelfWise.Services;

/// <summary>Keeps the sales figures up to date.</summary>
[EventHandler(Name = HandlerNames.UpdateAnalytics)]
internal sealed class UpdateAnalytics(ISalesReport sales) : IEventHandler<OrderPlaced>
{
    public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken) =>
        sales.AddAsync(domainEvent, cancellationToken);
}
