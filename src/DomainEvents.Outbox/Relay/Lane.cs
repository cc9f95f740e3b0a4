namespace DomainEvents.Outbox.Relay;

/// <summary>Work that is done one after the other: the events of a stream, or the delivery of one event.</summary>
internal sealed class Lane(OwnedPartition partition, DeliveryKey key)
{
    private readonly HashSet<string> _blocked = new(StringComparer.Ordinal);

    public OwnedPartition Partition => partition;

    /// <summary>The stream, and the handler of a delivery; <see langword="null"/> there for events in the outbox.</summary>
    public DeliveryKey Key => key;

    public Queue<OutboxEntry> Entries { get; } = [];

    /// <summary>The event whose handlers run.</summary>
    public OutboxEntry? Running { get; set; }

    /// <summary>Acknowledgements that the store has not confirmed.</summary>
    public int Unconfirmed { get; set; }

    /// <summary>Whether a read has left out what else there is of it.</summary>
    public bool WasLeftOut { get; set; }

    /// <summary>Whether nobody waits for what comes of it any more.</summary>
    public bool IsDropped { get; set; }

    public bool IsDrained => Entries.Count == 0 && Running is null;

    public void Block(string handler) => _blocked.Add(handler);

    /// <summary>Whether an event must wait for an earlier one of its stream that the handler has not handled.</summary>
    public bool IsBlocked(OutboxEntry entry, string handler) =>
        _blocked.Contains(handler) || _blocked.Contains(Delivery.AllHandlers)
        || entry.BlockedHandlers.Contains(handler, StringComparer.Ordinal) || entry.BlockedHandlers.Contains(Delivery.AllHandlers, StringComparer.Ordinal);
}
