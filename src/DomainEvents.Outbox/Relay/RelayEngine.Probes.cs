namespace DomainEvents.Outbox.Relay;

/// <content>
/// After an interruption: one event at a time, noted before it is tried, so that one that kills the process is known by name.
/// </content>
internal sealed partial class RelayEngine
{
    private Probe? _probe;

    // The next time at which a trial has lasted long enough; it may be over before.
    private TimeSpan? _trialsEnd;

    private (int Partition, long Position)? NextNote => _probe is { IsNoted: false } probe ? (probe.Lane.Partition.Owned.Partition, probe.Position) : null;

    private bool MayTry(Lane lane, OutboxEntry entry)
    {
        if (lane.Partition.HasKilled(entry.Message.Position))
        {
            Quarantine(lane);
            return false;
        }

        if (!lane.Partition.IsOnTrial)
        {
            return true;
        }

        _probe ??= new Probe(lane, entry.Message.Position);
        if (_probe.Lane == lane && _probe.IsNoted)
        {
            return true;
        }

        _lanes.Hold(lane);
        return false;
    }

    private void Noted(long position)
    {
        if (_probe is { } probe && probe.Position == position)
        {
            probe.IsNoted = true;
            _lanes.ReleaseHeld();
        }
    }

    private void Tried(Lane lane)
    {
        if (_probe?.Lane == lane)
        {
            lane.Partition.Probes?.Spend();
            EndProbe(lane);
        }
    }

    private void EndProbe(Lane lane)
    {
        if (_probe?.Lane == lane)
        {
            _probe = null;
            _lanes.ReleaseHeld();
        }
    }

    /// <summary>A partition that has nothing more to try is as any other.</summary>
    private void EndProbes(IReadOnlyList<int> partitions, IReadOnlyDictionary<int, PartitionWork> owned)
    {
        foreach (var number in partitions)
        {
            if (StillOwned(number, owned) is { Lanes: 0 } partition)
            {
                partition.EndTrial();
            }
        }
    }

    /// <summary>A handler that hangs, or takes its time, keeps the rest waiting no longer.</summary>
    private void EndLongTrials(TimeSpan now)
    {
        if (now < _trialsEnd || _trialsEnd is null)
        {
            return;
        }

        foreach (var partition in _partitions.Values.Where(partition => partition.Probes?.Until <= now))
        {
            partition.EndTrial();
        }

        _trialsEnd = NextTrialsEnd();
        _probe = _probe is { Lane.Partition.IsOnTrial: true } ? _probe : null;
        _lanes.ReleaseHeld();
    }

    private TimeSpan? NextTrialsEnd() => _partitions.Values.Min(partition => partition.IsOnTrial ? partition.Probes?.Until : null);

    private void Quarantine(Lane lane)
    {
        lane.Partition.GaveUp();
        var entry = _lanes.Take(lane);
        const string Error =
            "A relay was gone three times while this event was being handled. Either a handler ends the process, or blocks it for longer " +
            "than a lease lasts, or it was killed each time for another reason: then requeue the event.";
        Acknowledge(lane, entry,
        [
            .. HandlersOf(lane, entry).Select(handler => new Delivery(handler, DeliveryState.Dead, entry.Attempts + PartitionWork.MaxInterruptions, Error: Error)),
            .. Blocked(lane, entry),
        ]);
        _mustAcknowledge = true;
    }

    private sealed class Probe(Lane lane, long position)
    {
        public Lane Lane => lane;

        public long Position => position;

        public bool IsNoted { get; set; }
    }
}
