namespace DomainEvents.Outbox.Relay;

/// <content>
/// After an interruption: one event at a time, noted before it is tried, so that one that kills the process is known by name.
/// </content>
internal sealed partial class RelayEngine
{
    private Probe? _probe;

    private bool MayTry(Lane lane, OutboxEntry entry)
    {
        var partition = _partitions[lane.Partition.Partition];
        if (partition.Probes == 0)
        {
            return true;
        }

        if (partition.HasKilled(entry.Message.Position))
        {
            Quarantine(lane);
            return false;
        }

        _probe ??= new Probe(lane, entry.Message.Position);
        return _probe.Lane == lane && _probe.IsNoted;
    }

    private void Tried(Lane lane)
    {
        if (_probe?.Lane == lane)
        {
            _probe = null;
            _partitions[lane.Partition.Partition].Probes--;
        }
    }

    private void Quarantine(Lane lane)
    {
        var entry = lane.Entries.Dequeue();
        const string Error =
            "The process ended three times while this event was being handled. Either a handler ends it, or it was killed each " +
            "time for another reason: then requeue the event.";
        Acknowledge(lane, entry,
        [
            .. HandlersOf(lane, entry).Select(handler => new Delivery(handler, DeliveryState.Dead, entry.Attempts + PartitionWork.MaxInterruptions, Error: Error)),
            .. Blocked(lane, entry),
        ]);
    }

    private sealed class Probe(Lane lane, long position)
    {
        public Lane Lane => lane;

        public long Position => position;

        public bool IsNoted { get; set; }
    }
}
