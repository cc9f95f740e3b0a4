namespace DomainEvents.Outbox.Relay;

/// <content>Which partitions are owned, and for how long.</content>
internal sealed partial class RelayEngine
{
    private readonly Dictionary<int, PartitionWork> _partitions = [];
    private bool _hasMembership;

    // One call at a time: a renewal must not meet the release of what it renews.
    private bool _isChangingMembership;
    private TimeSpan _leasedAt;
    private TimeSpan _nextRenewal;

    /// <summary>From then on another relay may own the partitions, whatever this one knows. Before the database thinks so.</summary>
    private TimeSpan Deadline => _leasedAt + (settings.LeaseDuration * 0.9);

    public IEnumerable<OwnedPartition> Owned => _partitions.Values.Select(partition => partition.Owned);

    public void Renewed(RelayCommand.Renew command, RelayLease lease)
    {
        _isChangingMembership = false;
        _hasMembership = true;
        _leasedAt = command.SentAt;
        _nextRenewal = command.SentAt + (settings.LeaseDuration / 3);
        var owned = lease.Partitions.Select(partition => partition.Owned).ToHashSet();
        foreach (var lost in _partitions.Values.Where(partition => !owned.Contains(partition.Owned)).ToList())
        {
            Lose(lost);
        }

        foreach (var partition in lease.Partitions.Where(partition => !_partitions.ContainsKey(partition.Owned.Partition)))
        {
            _partitions.Add(partition.Owned.Partition, new PartitionWork(partition, settings.BatchSize * 2) { IsLeaving = _isStopping });
            _wantsRead = true;
        }

        var surplus = _partitions.Values.Count(partition => !partition.IsLeaving) - lease.Share;
        foreach (var partition in _partitions.Values.Where(partition => !partition.IsLeaving).OrderByDescending(partition => partition.Owned.Partition).Take(surplus).ToList())
        {
            Leave(partition);
        }
    }

    /// <summary>Tried again soon, and often enough before the leases run out.</summary>
    public void NotRenewed(TimeSpan now)
    {
        _isChangingMembership = false;
        _nextRenewal = now + (settings.LeaseDuration / 10);
    }

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

        HasEnded |= command.Leaves;
    }

    /// <summary>Whoever could not give back lets the leases run out.</summary>
    public void NotReleased(RelayCommand.Release command) => Released(command);

    private RelayCommand? NextMembership(TimeSpan now)
    {
        if (_isChangingMembership || HasEnded)
        {
            return null;
        }

        var free = _partitions.Values.Where(partition => partition.IsLeaving && !HasLanes(partition)).Select(partition => partition.Owned).ToList();
        if (_isStopping ? free.Count == _partitions.Count : free.Count > 0)
        {
            _isChangingMembership = true;
            return new RelayCommand.Release(free, Leaves: _isStopping);
        }

        if (now < _nextRenewal)
        {
            return null;
        }

        _isChangingMembership = true;
        return new RelayCommand.Renew(
            new RelayRenewal(settings.Relay, [.. Owned], settings.Handlers, settings.LeaseDuration), now);
    }

    private void LoseWhatHasRunOut(TimeSpan now)
    {
        if (_partitions.Count > 0 && now >= Deadline)
        {
            foreach (var partition in _partitions.Values.ToList())
            {
                Lose(partition);
            }

            _nextRenewal = now;
        }
    }

    /// <summary>Its handlers are cancelled, and nothing of it is acknowledged any more.</summary>
    private void Lose(PartitionWork partition)
    {
        _partitions.Remove(partition.Owned.Partition);
        foreach (var lane in LanesOf(partition).ToList())
        {
            Drop(lane);
        }
    }

    /// <summary>Begins nothing more in it; it is given back when what has begun has ended.</summary>
    private void Leave(PartitionWork partition)
    {
        partition.IsLeaving = true;
        foreach (var lane in LanesOf(partition).ToList())
        {
            lane.Entries.Clear();
            if (lane is { IsDrained: true, Unconfirmed: 0 })
            {
                Forget(lane);
            }
        }
    }
}
