using System.Reflection;
using System.Text.Json;
using DomainEvents;
using ShelfWise.Services.Ports;

namespace ShelfWise.Adapters.Database;

internal sealed class AuditLog(ShopContext context) : IAuditLog
{
    public async ValueTask WriteAsync(DomainEvent domainEvent, CancellationToken cancellationToken)
    {
        var type = domainEvent.GetType();
        context.AuditLog.Add(new AuditEntry
        {
            EventId = domainEvent.EventId,
            EventType = type.GetCustomAttribute<EventTypeAttribute>()?.Name ?? type.FullName!,
            OccurredAt = domainEvent.OccurredAt,
            Body = JsonSerializer.Serialize(domainEvent, type),
        });
        await context.SaveChangesAsync(cancellationToken);
    }
}
