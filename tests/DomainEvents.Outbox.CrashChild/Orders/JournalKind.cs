namespace DomainEvents.Outbox.CrashChild.Orders;

internal enum JournalKind
{
    /// <summary>A relay has taken over a partition.</summary>
    TookOver,

    /// <summary>A handler has begun.</summary>
    Began,

    /// <summary>A handler has ended.</summary>
    Ended,

    /// <summary>The store has confirmed that an event is done with.</summary>
    Acknowledged,

    /// <summary>A relay has given partitions up as it could not prolong its leases in time. It may get them back as if nothing had been.</summary>
    Faltered,
}
