using DomainEvents;
using ShelfWise.Services.Ports;

namespace ShelfWise.Services;

/// <summary>Writes down every event, whatever it is: a handler of the base type.</summary>
[EventHandler(Name = HandlerNames.WriteAuditLog)]
internal sealed class WriteAuditLog(IAuditLog auditLog) : IEventHandler<DomainEvent>
{
    public ValueTask HandleAsync(DomainEvent domainEvent, CancellationToken cancellationToken) =>
        auditLog.WriteAsync(domainEvent, cancellationToken);
}
