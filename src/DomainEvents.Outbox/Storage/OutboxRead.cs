namespace DomainEvents.Outbox;

/// <summary>What a relay wants to read: events in the outbox and deliveries that are due, in the order of their positions.</summary>
public sealed record OutboxRead
{
    /// <summary>
    /// The longest metadata and the longest tenant that are read into memory, in bytes: longer ones make the row a damaged one, too. Of a type that is
    /// longer only the beginning is read, as nobody knows it anyway. The name of a stream is not limited: it is read and kept whole.
    /// </summary>
    public const int MaxTextBytes = 1 << 20;

    /// <summary>Of these partitions, as far as the relay owns them.</summary>
    public required IReadOnlyList<int> Partitions { get; init; }

    /// <summary>No event in the outbox of these streams: the relay is working on them.</summary>
    public IReadOnlyList<string> BusyStreams { get; init; } = [];

    /// <summary>No delivery of these: the relay is working on them.</summary>
    public IReadOnlyList<DeliveryKey> BusyDeliveries { get; init; } = [];

    /// <summary>Types that the relay knows, with their newest version. Deliveries to all handlers are read for them only.</summary>
    public required IReadOnlyDictionary<string, int> EventTypes { get; init; }

    /// <summary>
    /// The longest payload that is read into memory, in bytes: a longer one makes the row a damaged one, told with its length and this limit, and without
    /// the payload. Without a limit unless it is set.
    /// </summary>
    public int MaxPayloadBytes { get; init; } = int.MaxValue;

    /// <summary>At most so many events, and so many deliveries; 1 or more.</summary>
    public required int Limit { get; init; }
}
