namespace DomainEvents;

/// <summary>The base of all domain events: an identity, a point in time and, optionally, a tenant.</summary>
/// <remarks>
/// A <c>with</c> copy keeps <see cref="EventId"/> and <see cref="OccurredAt"/>: it is the same occurrence told
/// differently. Creating events is thread-safe and allocates nothing beyond the record itself.
/// </remarks>
/// <example><code>public sealed record OrderPlaced(Guid OrderId, decimal Total) : DomainEvent;</code></example>
public abstract record DomainEvent : IDomainEvent
{
    /// <summary>Creates the event and gives it its identity and time.</summary>
    protected DomainEvent() => (EventId, OccurredAt) = EventIdentity.Next();

    /// <summary>
    /// A version-7 UUID (RFC 9562, section 5.7) made in the constructor. Ids ascend within the process in the order
    /// in which events are created, across threads, as long as the system clock is not set back by a second or more.
    /// </summary>
    public Guid EventId { get; init; }

    /// <summary>
    /// When the event was created, in UTC, to 100 ns. It comes from the same clock read as <see cref="EventId"/>; the
    /// time inside the id may run ahead of it by less than a second.
    /// </summary>
    public DateTimeOffset OccurredAt { get; init; }

    /// <summary>The tenant it belongs to; <see langword="null"/> where there are no tenants.</summary>
    public string? TenantId { get; init; }
}
