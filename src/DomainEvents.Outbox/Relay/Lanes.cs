namespace DomainEvents.Outbox.Relay;

/// <summary>
/// What was read and is not done with, and whose turn it is. There are up to some thousand lanes, and the engine asks at each
/// step: so it is counted and queued, not searched for.
/// </summary>
internal sealed class Lanes
{
    private readonly Dictionary<string, Lane> _streams = new(StringComparer.Ordinal);
    private readonly Dictionary<DeliveryKey, Lane> _deliveries = [];

    // A lane goes to the end after each entry: one that has much to do does not keep others waiting. It may have been emptied
    // while it stood here; then it is passed over.
    private readonly Queue<Lane> _readyStreams = [];
    private readonly Queue<Lane> _readyDeliveries = [];
    private readonly List<Lane> _held = [];

    public int Count => _streams.Count + _deliveries.Count;

    /// <summary>How many entries wait for their turn.</summary>
    public int Buffered { get; private set; }

    /// <summary>Whether lanes wait for a probe.</summary>
    public bool HasHeld => _held.Count > 0;

    /// <summary>The lane whose turn it is. Deliveries first: they are few, and others wait behind them.</summary>
    public Lane? FirstReady() => First(_readyDeliveries) ?? First(_readyStreams);

    /// <summary>The lane of an entry, made if there is none.</summary>
    public Lane Of(OutboxEntry entry, PartitionWork partition)
    {
        var key = new DeliveryKey(entry.Handler!, entry.Message.Stream);
        if (entry.Handler is null ? _streams.TryGetValue(key.Stream, out var lane) : _deliveries.TryGetValue(key, out lane))
        {
            return lane;
        }

        lane = new Lane(partition, key);
        partition.Lanes++;
        if (entry.Handler is null)
        {
            _streams.Add(key.Stream, lane);
        }
        else
        {
            _deliveries.Add(key, lane);
        }

        return lane;
    }

    public List<Lane> In(PartitionWork partition) =>
        partition.Lanes == 0 ? [] : [.. _streams.Values.Concat(_deliveries.Values).Where(lane => lane.Partition == partition)];

    public void Add(Lane lane, OutboxEntry entry)
    {
        lane.Enqueue(entry);
        Buffered++;
        Queue(lane);
    }

    /// <summary>Takes the next entry of a lane, which stays where it is.</summary>
    public OutboxEntry Take(Lane lane)
    {
        Buffered--;
        return lane.Dequeue();
    }

    /// <summary>The handlers of the next entry of the first lane are called.</summary>
    public OutboxEntry Begin(Lane first)
    {
        Unqueue(first);
        return first.Running = Take(first);
    }

    public void End(Lane lane)
    {
        lane.Running = null;
        Queue(lane);
    }

    /// <summary>The first lane waits for a probe.</summary>
    public void Hold(Lane first)
    {
        Unqueue(first);
        _held.Add(first);
    }

    public void ReleaseHeld()
    {
        foreach (var lane in _held)
        {
            Queue(lane);
        }

        _held.Clear();
    }

    /// <summary>Forgets what of a lane has not begun.</summary>
    public void Clear(Lane lane)
    {
        Buffered -= lane.Count;
        lane.Clear();
    }

    public void Remove(Lane lane)
    {
        Clear(lane);
        lane.Partition.Lanes--;
        if (lane.Key.Handler is null)
        {
            _streams.Remove(lane.Key.Stream);
        }
        else
        {
            _deliveries.Remove(lane.Key);
        }
    }

    /// <summary>
    /// The lanes that a read leaves out. Not those of which nothing is left but acknowledgements: they go before the read, so it
    /// may bring what comes behind them.
    /// </summary>
    public (IReadOnlyList<string> Streams, IReadOnlyList<DeliveryKey> Deliveries) LeaveOutBusy()
    {
        var streams = new List<string>(_streams.Count);
        foreach (var lane in _streams.Values.Where(lane => !lane.IsDrained))
        {
            lane.WasLeftOut = true;
            streams.Add(lane.Key.Stream);
        }

        var deliveries = new List<DeliveryKey>(_deliveries.Count);
        foreach (var lane in _deliveries.Values.Where(lane => !lane.IsDrained))
        {
            lane.WasLeftOut = true;
            deliveries.Add(lane.Key);
        }

        return (streams, deliveries);
    }

    private static Lane? First(Queue<Lane> ready)
    {
        while (ready.TryPeek(out var lane))
        {
            if (lane.Next is not null)
            {
                return lane;
            }

            ready.Dequeue().IsQueued = false;
        }

        return null;
    }

    private void Queue(Lane lane)
    {
        if (lane is { IsQueued: false, Running: null, Next: not null })
        {
            lane.IsQueued = true;
            ReadyLike(lane).Enqueue(lane);
        }
    }

    private void Unqueue(Lane first) => ReadyLike(first).Dequeue().IsQueued = false;

    private Queue<Lane> ReadyLike(Lane lane) => lane.Key.Handler is null ? _readyStreams : _readyDeliveries;
}
