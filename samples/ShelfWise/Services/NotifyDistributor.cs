using DomainEvents;
using ShelfWise.Domain;
using ShelfWise.Services.Ports;

namespace ShelfWise.Services;

/// <summary>Tells the distributor over HTTP what to ship.</summary>
[EventHandler(Name = HandlerNames.NotifyDistributor)]
internal sealed class NotifyDistributor(IDistributor distributor) : IEventHandler<OrderPlaced>
{
    public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken) =>
        distributor.NotifyAsync(domainEvent, cancellationToken);
}
