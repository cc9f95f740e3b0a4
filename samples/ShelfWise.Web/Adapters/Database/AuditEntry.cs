namespace ShelfWise.Adapters.Database;

/// <summary>An event as the audit log keeps it.</summary>
internal sealed class AuditEntry
{
    public required Guid EventId { get; init; }

    public required string EventType { get; init; }

    public required DateTimeOffset OccurredAt { get; init; }

    public required string Body { get; init; }
}
