namespace DomainEvents.Outbox.Relay;

/// <content>Which partitions are owned, and for how long.</content>
internal sealed partial class RelayEngine
{
    private readonly Dictionary<int, PartitionWork> _partitions = [];

    // Lost since the last renewal, most likely to nobody: only the lease has run out.
    private readonly Dictionary<int, PartitionWork> _lapsed = [];

    // As of the last change, for the reads: they are made more often than partitions come and go.
    private IReadOnlyList<int> _readable = [];
    private IReadOnlyDictionary<int, PartitionWork> _owned = new Dictionary<int, PartitionWork>();
    private bool _hasMembership;

    // One call at a time: a renewal must not meet the release of what it renews.
    private bool _isChangingMembership;
    private TimeSpan _nextRenewal;

    // From then on another relay may own the partitions, whatever this one knows. Before the database thinks so.
    private TimeSpan _deadline;

    public IEnumerable<OwnedPartition> Owned => _partitions.Values.Select(partition => partition.Owned);

    /// <summary>
    /// How many of the events that are read first can have been with their handlers when an owner died: those that it had read. One that
    /// kills the process and is not among them is so at the next crash, as this many were handled meanwhile.
    /// </summary>
    private int MostBegun => (settings.BatchSize * 3) + settings.MaxConcurrency;

    public void Renewed(RelayCommand.Renew command, RelayLease lease)
    {
        _isChangingMembership = false;
        _hasMembership = true;
        _deadline = command.SentAt + (settings.LeaseDuration * 0.9);
        _nextRenewal = command.SentAt + (settings.LeaseDuration / 3);
        var owned = lease.Partitions.Select(partition => partition.Owned).ToHashSet();
        foreach (var lost in _partitions.Values.Where(partition => !owned.Contains(partition.Owned)).ToList())
        {
            Lose(lost);
        }

        var probes = new ProbeBudget(MostBegun, command.SentAt + settings.LongestTrial);
        foreach (var partition in lease.Partitions.Where(partition => !_partitions.ContainsKey(partition.Owned.Partition)))
        {
            _partitions.Add(partition.Owned.Partition, PartitionOf(partition, probes));
            _wantsRead = true;
        }

        _lapsed.Clear();
        PartitionsHaveChanged();
        _trialsEnd = NextTrialsEnd();
        // Not before its trial is over: the next owner would not know of it.
        foreach (var partition in _partitions.Values.Where(partition => partition is { IsLeaving: false, IsOnTrial: false }).OrderByDescending(partition => partition.Owned.Partition).Take(_readable.Count - lease.Share).ToList())
        {
            Leave(partition);
        }
    }

    /// <summary>What is tried one by one: all after an interruption, and no more than before if nobody but this relay was ever away.</summary>
    private PartitionWork PartitionOf(LeasedPartition leased, ProbeBudget probes)
    {
        var before = _lapsed.GetValueOrDefault(leased.Owned.Partition);
        return before is not null && before.Owned == leased.Owned ? before.Again(_isStopping)
            : new PartitionWork(
                leased,
                leased.Interruption is null ? null : before is not null && before.Owned.Epoch + 1 == leased.Owned.Epoch ? before.Probes : probes)
            {
                IsLeaving = _isStopping,
            };
    }

    /// <summary>Tried again soon, and often enough before the leases run out.</summary>
    public void NotRenewed(TimeSpan now)
    {
        _isChangingMembership = false;
        _nextRenewal = now + (settings.LeaseDuration / 10);
    }

    /// <summary>Also if the store could not be told: then the leases run out.</summary>
    public void Released(RelayCommand.Release command)
    {
        _isChangingMembership = false;
        foreach (var partition in command.Partitions)
        {
            if (_partitions.TryGetValue(partition.Partition, out var known) && known.Owned == partition)
            {
                _partitions.Remove(partition.Partition);
            }
        }

        PartitionsHaveChanged();
        HasEnded |= command.Leaves && _partitions.Count == 0;
    }

    private RelayCommand? NextMembership(TimeSpan now)
    {
        if (_isChangingMembership || HasEnded)
        {
            return null;
        }

        if (NextRelease() is { } release)
        {
            _isChangingMembership = true;
            return release;
        }

        if (now < _nextRenewal)
        {
            return null;
        }

        _isChangingMembership = true;
        return new RelayCommand.Renew(
            new RelayRenewal(settings.Relay, [.. Owned], settings.Handlers, settings.LeaseDuration, IsLeaving: _isStopping), now);
    }

    /// <summary>Partitions are given back as they are done with. A relay that stops leaves with the first, so that others share out all of them.</summary>
    private RelayCommand.Release? NextRelease()
    {
        if (_readable.Count == _partitions.Count && !_isStopping)
        {
            return null;
        }

        var free = _partitions.Values.Where(partition => partition is { IsLeaving: true, Lanes: 0 }).Select(partition => partition.Owned).ToList();
        return free.Count > 0 || _partitions.Count == 0 ? new RelayCommand.Release(free, Leaves: _isStopping) : null;
    }

    private void LoseWhatHasRunOut(TimeSpan now)
    {
        if (_partitions.Count > 0 && now >= _deadline)
        {
            foreach (var partition in _partitions.Values.ToList())
            {
                Lose(partition);
            }

            _hasMembership = false;
            _nextRenewal = now;
        }
    }

    /// <summary>Nothing of it is acknowledged any more. Whoever asks sees that it is not owned, and cancels its handlers.</summary>
    private void Lose(PartitionWork partition)
    {
        _partitions.Remove(partition.Owned.Partition);
        _lapsed[partition.Owned.Partition] = partition;
        _wantsRead = true; // what was left out while its trial went on
        PartitionsHaveChanged();
        foreach (var lane in _lanes.In(partition))
        {
            Drop(lane);
        }

        _acknowledgements.RemoveAll(acknowledgement => acknowledgement.Lane.IsDropped);
    }

    /// <summary>Begins nothing more in it; it is given back when what has begun has ended.</summary>
    private void Leave(PartitionWork partition)
    {
        partition.IsLeaving = true;
        PartitionsHaveChanged();
        foreach (var lane in _lanes.In(partition))
        {
            _lanes.Clear(lane);
            ForgetIfDone(lane);
        }
    }

    private void PartitionsHaveChanged()
    {
        _readable = [.. _partitions.Values.Where(partition => !partition.IsLeaving).Select(partition => partition.Owned.Partition)];
        _owned = new Dictionary<int, PartitionWork>(_partitions);
    }
}
