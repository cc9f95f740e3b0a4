namespace DomainEvents.Outbox.Tests.Simulation;

/// <summary>What a database does, each call one step: the semantics that stores must have, in a few lines each.</summary>
internal class SimulatedStore(int partitions)
{
    private readonly SortedDictionary<long, OutboxMessage> _outbox = [];
    private readonly Dictionary<long, OutboxMessage> _log = [];
    private readonly SortedDictionary<(long Position, string Handler), Row> _deliveries = new(new ByPositionThenName());
    private readonly Dictionary<string, TimeSpan> _relays = [];
    private readonly Dictionary<HandlerAnnouncement, TimeSpan> _handlers = [];
    private readonly Slot[] _partitions = [.. Enumerable.Range(0, partitions).Select(_ => new Slot())];
    private readonly Dictionary<long, int> _changed = [];
    private long _position;

    /// <summary>The clock of the database.</summary>
    public TimeSpan Now { get; set; }

    /// <summary>How often somebody other than a relay has changed something.</summary>
    public int Changes { get; private set; }

    /// <summary>Rows that cannot be read.</summary>
    public HashSet<long> Damaged { get; } = [];

    public int Pending => _outbox.Count;

    public IEnumerable<(long Position, string Handler, Row Row)> Deliveries => _deliveries.Select(row => (row.Key.Position, row.Key.Handler, row.Value));

    /// <summary>Positions are drawn when a row is inserted, in whatever order transactions commit.</summary>
    public long Draw() => ++_position;

    public void Commit(OutboxMessage message)
    {
        _outbox.Add(message.Position, message);
        _changed[message.Position] = ++Changes;
    }

    /// <summary>What a relay that says there is nothing to do has overlooked, of what was there when it was woken last.</summary>
    public long? OverlookedBy(SimulatedRelay relay)
    {
        var owned = relay.Engine.Owned.Where(partition => IsOf(relay.Name, partition)).Select(partition => partition.Partition).ToList();
        bool IsKnown(OutboxMessage message) => owned.Contains(message.Partition) && _changed[message.Position] <= relay.WokenAt;
        if (_outbox.Values.FirstOrDefault(IsKnown) is { } pending)
        {
            return pending.Position;
        }

        return _deliveries.Where(row => row.Value.DueAt + relay.Lateness <= Now && row.Value.State != DeliveryState.Dead && IsKnown(row.Value.Message))
            .Where(row => relay.Handles(row.Key.Handler, row.Value.Message) && !BlockedBefore(row.Key.Position, row.Value.Message.Stream).Any(handler => handler == row.Key.Handler || handler.Length == 0))
            .Select(row => (long?)row.Key.Position).FirstOrDefault();
    }

    public virtual RelayLease Renew(RelayRenewal renewal)
    {
        _relays[renewal.Relay] = Now + renewal.LeaseDuration;
        if (renewal.IsLeaving)
        {
            _relays.Remove(renewal.Relay);
        }

        foreach (var gone in _relays.Where(relay => relay.Value < Now).Select(relay => relay.Key).ToList())
        {
            _relays.Remove(gone);
        }

        foreach (var handler in renewal.Handlers)
        {
            _handlers[handler] = Now + (renewal.LeaseDuration * 3);
        }

        var share = renewal.IsLeaving ? 0 : (partitions + _relays.Count - 1) / _relays.Count;
        var leased = new List<LeasedPartition>();
        for (var number = 0; number < partitions; number++)
        {
            var slot = _partitions[number];
            if (slot.Owner == renewal.Relay && renewal.Owned.Contains(new OwnedPartition(number, slot.Epoch)))
            {
                slot.LeaseUntil = Prolonged(slot.LeaseUntil, renewal.LeaseDuration);
                leased.Add(new LeasedPartition(new OwnedPartition(number, slot.Epoch), IsNew: false, Interruption: null));
            }
        }

        for (var number = 0; number < partitions && leased.Count < share; number++)
        {
            var slot = _partitions[number];
            if (slot.Owner is null || slot.LeaseUntil < Now || (slot.Owner == renewal.Relay && !leased.Exists(partition => partition.Owned.Partition == number)))
            {
                leased.Add(TakeOver(number, slot, renewal));
            }
        }

        return new RelayLease(leased, share);
    }

    public virtual OutboxExchangeResult Exchange(OutboxExchange exchange)
    {
        var lost = exchange.Fence.Where(fenced => !Owns(exchange.Relay, fenced)).Select(fenced => fenced.Partition).ToList();
        foreach (var acknowledgement in exchange.Acknowledgements.Where(acknowledgement => !lost.Contains(acknowledgement.Partition)))
        {
            Acknowledge(acknowledgement, exchange);
        }

        if (exchange.Note is { } note && !lost.Contains(note.Partition))
        {
            var slot = _partitions[note.Partition];
            (slot.Noted, slot.Interruptions) = (note.Position, slot.Noted == note.Position ? slot.Interruptions : 0);
        }

        return exchange.Read is { } read
            ? new OutboxExchangeResult(lost, ReadEvents(exchange.Relay, read), ReadDeliveries(exchange, read), NextDue(read))
            : new OutboxExchangeResult(lost, [], [], null);
    }

    public virtual void Release(string relay, IReadOnlyList<OwnedPartition> owned, bool leaves)
    {
        foreach (var partition in owned.Where(partition => Owns(relay, partition)))
        {
            var slot = _partitions[partition.Partition];
            (slot.Owner, slot.Noted, slot.Interruptions) = (null, null, 0);
        }

        if (leaves)
        {
            _relays.Remove(relay);
        }
    }

    public bool Requeue(long position, string handler)
    {
        if (_deliveries.TryGetValue((position, handler), out var row) && row.State == DeliveryState.Dead)
        {
            _deliveries[(position, handler)] = row with { State = DeliveryState.Due, Attempts = 0, DueAt = Now };
            _changed[position] = ++Changes;
            return true;
        }

        return false;
    }

    protected virtual bool Owns(string relay, OwnedPartition partition) => IsOf(relay, partition);

    private bool IsOf(string relay, OwnedPartition partition) =>
        _partitions[partition.Partition] is { } slot && slot.Owner == relay && slot.Epoch == partition.Epoch;

    protected virtual TimeSpan Prolonged(TimeSpan leaseUntil, TimeSpan duration) => Now + duration;

    protected void Remove(long position)
    {
        if (_outbox.Remove(position, out var message))
        {
            _log[position] = message;
        }
    }

    protected virtual bool MustWait(long position, string handler, string stream) => BlockedBefore(position, stream).Any(blocked => blocked == handler || blocked.Length == 0);

    private LeasedPartition TakeOver(int number, Slot slot, RelayRenewal renewal)
    {
        PartitionInterruption? interruption = null;
        if (slot.Owner is not null)
        {
            slot.Interruptions += slot.Noted is null || slot.Owner == renewal.Relay ? 0 : 1;
            interruption = new PartitionInterruption(slot.Noted, slot.Interruptions);
        }

        (slot.Owner, slot.LeaseUntil) = (renewal.Relay, Now + renewal.LeaseDuration);
        return new LeasedPartition(new OwnedPartition(number, ++slot.Epoch), IsNew: true, interruption);
    }

    private void Acknowledge(Acknowledgement acknowledgement, OutboxExchange exchange)
    {
        var position = acknowledgement.Position;
        var left = acknowledgement.Left.ToList();
        OutboxMessage? message;
        if (acknowledgement.Handler is { } handler)
        {
            if (!_deliveries.TryGetValue((position, handler), out var row) || row.Attempts != acknowledgement.Attempts || row.State == DeliveryState.Dead)
            {
                return;
            }

            _deliveries.Remove((position, handler));
            message = _log[position];
        }
        else if (!_outbox.Remove(position, out message))
        {
            return;
        }

        if (string.IsNullOrEmpty(acknowledgement.Handler) && !left.Exists(delivery => delivery.Handler.Length == 0))
        {
            left.AddRange(_handlers.Where(known => known.Value >= Now && known.Key.EventType == message.EventType && !exchange.Handlers.Contains(known.Key))
                .Select(known => new Delivery(known.Key.Handler, DeliveryState.Waiting)));
        }

        foreach (var delivery in left)
        {
            _deliveries[(position, delivery.Handler)] = new Row(message, delivery.State, delivery.Attempts, Now + delivery.Delay, delivery.Error);
        }

        if (left.Count > 0 || exchange.KeepHistory)
        {
            _log[position] = message;
        }

        var slot = _partitions[acknowledgement.Partition];
        if (slot.Noted == position)
        {
            (slot.Noted, slot.Interruptions) = (null, 0);
        }
    }

    protected virtual IReadOnlyList<OutboxEntry> ReadEvents(string relay, OutboxRead read) =>
    [
        .. _outbox.Values
            .Where(message => read.Partitions.Contains(message.Partition) && _partitions[message.Partition].Owner == relay && !read.BusyStreams.Contains(message.Stream))
            .Take(read.Limit)
            .Select(message => new OutboxEntry(message, [.. BlockedBefore(message.Position, message.Stream).Distinct()], Damage: DamageOf(message))),
    ];

    protected virtual IReadOnlyList<OutboxEntry> ReadDeliveries(OutboxExchange exchange, OutboxRead read) =>
    [
        .. _deliveries.Where(row => row.Value.DueAt <= Now && MayTry(row.Key.Handler, row.Value, exchange, read))
            .Where(row => _partitions[row.Value.Message.Partition].Owner == exchange.Relay)
            .Where(row => !MustWait(row.Key.Position, row.Key.Handler, row.Value.Message.Stream))
            .Take(read.Limit)
            .Select(row => new OutboxEntry(
                row.Value.Message, [.. BlockedBefore(row.Key.Position, row.Value.Message.Stream).Distinct()], row.Key.Handler, row.Value.Attempts, DamageOf(row.Value.Message))),
    ];

    private string? DamageOf(OutboxMessage message) => Damaged.Contains(message.Position) ? "damaged" : null;

    private static bool MayTry(string handler, Row row, OutboxExchange exchange, OutboxRead read) =>
        row.State != DeliveryState.Dead
        && read.Partitions.Contains(row.Message.Partition)
        && !read.BusyDeliveries.Contains(new DeliveryKey(handler, row.Message.Stream))
        && read.EventTypes.TryGetValue(row.Message.EventType, out var newest) && row.Message.Version <= newest
        && (handler.Length == 0 || exchange.Handlers.Contains(new HandlerAnnouncement(handler, row.Message.EventType)));

    protected virtual TimeSpan? NextDue(OutboxRead read)
    {
        var later = _deliveries.Values.Where(row => row.State == DeliveryState.Due && row.DueAt > Now && read.Partitions.Contains(row.Message.Partition)).ToList();
        return later.Count == 0 ? null : later.Min(row => row.DueAt) - Now;
    }

    private IEnumerable<string> BlockedBefore(long position, string stream) =>
        _deliveries.TakeWhile(row => row.Key.Position < position).Where(row => row.Value.Message.Stream == stream).Select(row => row.Key.Handler);

    internal sealed record Row(OutboxMessage Message, DeliveryState State, int Attempts, TimeSpan DueAt, string? Error);

    private sealed class Slot
    {
        public string? Owner { get; set; }

        public long Epoch { get; set; }

        public TimeSpan LeaseUntil { get; set; }

        public long? Noted { get; set; }

        public int Interruptions { get; set; }
    }

    private sealed class ByPositionThenName : IComparer<(long Position, string Handler)>
    {
        public int Compare((long Position, string Handler) x, (long Position, string Handler) y) =>
            x.Position != y.Position ? x.Position.CompareTo(y.Position) : string.CompareOrdinal(x.Handler, y.Handler);
    }
}
