namespace DomainEvents.Outbox;

/// <summary>An event as it is stored and sent: what it says is text, and its names never choose a CLR type. Immutable.</summary>
public sealed record OutboxMessage
{
    /// <summary>The number of partitions: the first column of work that relays share out among themselves.</summary>
    public const int PartitionCount = 64;

    /// <summary>The place of the event in the outbox, 1 or more, given by the store; 0 until it is stored. Never used twice.</summary>
    public long Position { get; init; }

    /// <summary>The <see cref="IDomainEvent.EventId"/>.</summary>
    public required Guid EventId { get; init; }

    /// <summary>The stored name of the type, never empty.</summary>
    public required string EventType { get; init; }

    /// <summary>The version of the type, 1 or more.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The event as JSON, in UTF-8.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>What goes with the event and is not part of it, as JSON; <see langword="null"/> if there is nothing.</summary>
    public string? Metadata { get; init; }

    /// <summary>The tenant; <see langword="null"/> if the application has none.</summary>
    public string? TenantId { get; init; }

    /// <summary>What the events of one aggregate have in common. Events of one stream reach each handler in the order of their positions.</summary>
    public required string Stream { get; init; }

    /// <summary>The partition of the stream, from 0 to 63.</summary>
    public required int Partition { get; init; }

    /// <summary>The <see cref="IDomainEvent.OccurredAt"/>.</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>When it was stored, by the clock of the database, in UTC; the default until then.</summary>
    public DateTimeOffset StoredAt { get; init; }
}
