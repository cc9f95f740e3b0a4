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

    /// <summary>
    /// A renewal came so late that the relay may have given its partitions up, to be told a moment later that it still had them.
    /// </summary>
    Faltered,
}
