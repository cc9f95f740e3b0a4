namespace DomainEvents;

/// <summary>The base of all domain events: an identity, a point in time and, optionally, a tenant.</summary>
/// <remarks>
/// A <c>with</c> copy keeps <see cref="EventId"/> and <see cref="OccurredAt"/>: it is the same occurrence told
/// differently. Creating events is thread-safe and allocates nothing beyond the record itself.
/// </remarks>
/// <example><code>public sealed record OrderPlaced(Guid OrderId, decimal Total) : DomainEvent;</code></example>
public abstract record DomainEvent : IDomainEvent
{
    private Guid _eventId;
    private string? _tenantId;

    /// <summary>Creates the event and gives it its identity and time.</summary>
    protected DomainEvent() => (EventId, OccurredAt) = EventIdentity.Next();

    /// <summary>
    /// A version-7 UUID (RFC 9562, section 5.7) made in the constructor. Ids ascend within the process in the order
    /// in which events are created, across threads, as long as the system clock is not set back by a second or more.
    /// </summary>
    public Guid EventId
    {
        get => _eventId;
        init => _eventId = value;
    }

    /// <summary>
    /// When the event was created, in UTC, to 100 ns. It comes from the same clock read as <see cref="EventId"/>; the
    /// time inside the id may run ahead of it by less than a second.
    /// </summary>
    public DateTimeOffset OccurredAt { get; init; }

    /// <summary>The tenant it belongs to; <see langword="null"/> where there are no tenants.</summary>
    public string? TenantId
    {
        get => _tenantId;
        init => _tenantId = value;
    }

    /// <summary>An event that was read again is the occurrence that was stored, whatever its content says.</summary>
    internal void Adopt(Guid eventId, string? tenantId) => (_eventId, _tenantId) = (eventId, tenantId);
}
