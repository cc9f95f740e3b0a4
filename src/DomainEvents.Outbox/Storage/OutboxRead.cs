namespace DomainEvents.Outbox;

/// <summary>What a relay wants to read: events in the outbox and deliveries that are due, in the order of their positions.</summary>
public sealed record OutboxRead
{
    /// <summary>Of these partitions, as far as the relay owns them.</summary>
    public required IReadOnlyList<int> Partitions { get; init; }

    /// <summary>No event in the outbox of these streams: the relay is working on them.</summary>
    public IReadOnlyList<string> BusyStreams { get; init; } = [];

    /// <summary>No delivery of these: the relay is working on them.</summary>
    public IReadOnlyList<DeliveryKey> BusyDeliveries { get; init; } = [];

    /// <summary>Types that the relay knows, with their newest version. Deliveries to all handlers are read for them only.</summary>
    public required IReadOnlyDictionary<string, int> EventTypes { get; init; }

    /// <summary>At most so many events, and so many deliveries; 1 or more.</summary>
    public required int Limit { get; init; }
}
