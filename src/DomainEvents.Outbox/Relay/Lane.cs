namespace DomainEvents.Outbox.Relay;

/// <summary>Work that is done one after the other: the events of a stream, or the deliveries of a stream to a handler.</summary>
internal sealed class Lane(PartitionWork partition, DeliveryKey key)
{
    // Most lanes see one entry and block nobody: there are as many of them as events, so they make no collections for that.
    private Queue<OutboxEntry>? _behind;
    private HashSet<string>? _blocked;

    public PartitionWork Partition => partition;

    /// <summary>The stream, and the handler of a delivery; <see langword="null"/> there for events in the outbox.</summary>
    public DeliveryKey Key => key;

    /// <summary>The entry whose turn is next.</summary>
    public OutboxEntry? Next { get; private set; }

    /// <summary>How many entries wait for their turn.</summary>
    public int Count => Next is null ? 0 : 1 + (_behind?.Count ?? 0);

    /// <summary>The event whose handlers run.</summary>
    public OutboxEntry? Running { get; set; }

    /// <summary>Acknowledgements that the store has not confirmed.</summary>
    public int Unconfirmed { get; set; }

    /// <summary>Whether a read has left out what else there is of it.</summary>
    public bool WasLeftOut { get; set; }

    /// <summary>Whether nobody waits for what comes of it any more.</summary>
    public bool IsDropped { get; set; }

    /// <summary>Whether it stands in one of the queues of <see cref="Lanes"/>.</summary>
    public bool IsQueued { get; set; }

    public bool IsDrained => Next is null && Running is null;

    public void Enqueue(OutboxEntry entry)
    {
        if (Next is null)
        {
            Next = entry;
        }
        else
        {
            (_behind ??= []).Enqueue(entry);
        }
    }

    public OutboxEntry Dequeue()
    {
        var entry = Next!;
        Next = _behind is not null && _behind.TryDequeue(out var behind) ? behind : null;
        return entry;
    }

    public void Clear()
    {
        Next = null;
        _behind = null;
    }

    public void Block(string handler) => (_blocked ??= new HashSet<string>(StringComparer.Ordinal)).Add(handler);

    /// <summary>Whether any handler must wait: hardly ever, so this is asked before each one is.</summary>
    public bool BlocksAny(OutboxEntry entry) => _blocked is not null || entry.BlockedHandlers.Count > 0;

    /// <summary>Whether an event must wait for an earlier one of its stream that the handler has not handled.</summary>
    public bool IsBlocked(OutboxEntry entry, string handler) =>
        (_blocked is not null && (_blocked.Contains(handler) || _blocked.Contains(Delivery.AllHandlers)))
        || entry.BlockedHandlers.Contains(handler, StringComparer.Ordinal) || entry.BlockedHandlers.Contains(Delivery.AllHandlers, StringComparer.Ordinal);
}
