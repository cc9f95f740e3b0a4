namespace DomainEvents.Outbox;

/// <summary>What a relay writes and reads in one go: first the acknowledgements and the note, then the read, which sees them.</summary>
public sealed record OutboxExchange
{
    /// <summary>The name of the relay.</summary>
    public required string Relay { get; init; }

    /// <summary>The epochs of all partitions that the acknowledgements and the note are about.</summary>
    public IReadOnlyList<OwnedPartition> Fence { get; init; } = [];

    /// <summary>What is done with.</summary>
    public IReadOnlyList<Acknowledgement> Acknowledgements { get; init; } = [];

    /// <summary>
    /// The names of the relay's handlers. Of an event that leaves the outbox, a live relay's handler that is not among them gets a
    /// waiting delivery.
    /// </summary>
    public required IReadOnlyList<HandlerAnnouncement> Handlers { get; init; }

    /// <summary>The event that is about to be tried in a partition that was interrupted, or <see langword="null"/>.</summary>
    public (int Partition, long Position)? Note { get; init; }

    /// <summary>What to read, or <see langword="null"/>.</summary>
    public OutboxRead? Read { get; init; }

    /// <summary>Whether events that every handler is done with are kept in the log, for replay.</summary>
    public bool KeepHistory { get; init; }
}
