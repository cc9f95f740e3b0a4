using System.Reflection;
using System.Text.Json;
using DomainEvents;
using ShelfWise.Services.Ports;

namespace ShelfWise.Adapters.Database;

internal sealed class AuditLog(UnitOfWork unitOfWork) : IAuditLog
{
    public async ValueTask WriteAsync(DomainEvent domainEvent, CancellationToken cancellationToken)
    {
        var type = domainEvent.GetType();
        var connection = await unitOfWork.ConnectAsync(cancellationToken);
        await using var command = connection.Command(
            """
            INSERT INTO audit_log (event_id, event_type, tenant, occurred_at, body)
            VALUES (@event_id, @event_type, @tenant, @occurred_at, @body)
            ON CONFLICT (event_id) DO NOTHING
            """,
            ("@event_id", domainEvent.EventId),
            ("@event_type", type.GetCustomAttribute<EventTypeAttribute>()?.Name ?? type.FullName),
            ("@tenant", domainEvent.TenantId),
            ("@occurred_at", domainEvent.OccurredAt),
            ("@body", JsonSerializer.Serialize(domainEvent, type)));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
