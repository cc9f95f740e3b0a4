using DomainEvents;
using ShelfWise.Domain;
using ShelfWise.Services.Ports;

namespace ShelfWise.Services;

/// <summary>Keeps the figures up to date, in a scope and with a DbContext of its own.</summary>
[EventHandler(Name = HandlerNames.UpdateDashboard)]
internal sealed class UpdateDashboard(IDashboard dashboard)
    : IEventHandler<OrderPlaced>, IEventHandler<OrderCancelled>, IEventHandler<ConfirmationSent>
{
    public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken) =>
        dashboard.CountAsync(domainEvent, cancellationToken);

    public ValueTask HandleAsync(OrderCancelled domainEvent, CancellationToken cancellationToken) =>
        dashboard.CountAsync(domainEvent, cancellationToken);

    public ValueTask HandleAsync(ConfirmationSent domainEvent, CancellationToken cancellationToken) =>
        dashboard.CountAsync(domainEvent, cancellationToken);
}
