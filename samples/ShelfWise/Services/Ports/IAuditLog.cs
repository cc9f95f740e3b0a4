using DomainEvents;

namespace ShelfWise.Services.Ports;

internal interface IAuditLog
{
    ValueTask WriteAsync(DomainEvent domainEvent, CancellationToken cancellationToken);
}
