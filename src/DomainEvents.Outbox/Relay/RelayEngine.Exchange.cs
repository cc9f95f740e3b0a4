namespace DomainEvents.Outbox.Relay;

/// <content>What is written and read, one call at a time: what ends meanwhile goes with the next.</content>
internal sealed partial class RelayEngine
{
    private readonly List<(Lane Lane, Acknowledgement Acknowledgement)> _acknowledgements = [];
    private List<(Lane Lane, Acknowledgement Acknowledgement)> _sent = [];
    private bool _isExchanging;
    private bool _wantsRead;
    private TimeSpan _nextRead;
    private TimeSpan _notBefore;
    private int _failures;

    public void Exchanged(RelayCommand.Exchange command, OutboxExchangeResult result, TimeSpan now)
    {
        var request = command.Request;
        _isExchanging = false;
        _failures = 0;
        foreach (var lost in result.Lost)
        {
            if (_partitions.TryGetValue(lost, out var partition) && request.Fence.Contains(partition.Owned))
            {
                Lose(partition);
            }
        }

        if (request.Note is { } note && _probe is { } probe && probe.Position == note.Position)
        {
            probe.IsNoted = true;
        }

        Confirm(request.Read is not null);
        if (request.Read is { } read)
        {
            Take(command, result);
            var isAll = result.Events.Count < read.Limit && result.Deliveries.Count < read.Limit;
            _wantsRead |= !isAll;
            _nextRead = now + Min(result.NextDue, settings.PollingInterval);
            if (isAll)
            {
                EndProbes(command);
            }
        }
    }

    /// <summary>It may have taken effect: what was sent is sent again, which does no harm.</summary>
    public void NotExchanged(TimeSpan now)
    {
        _isExchanging = false;
        _wantsRead = true;
        _notBefore = now + (settings.PollingInterval * Math.Min(8, 1 << Math.Min(_failures++, 3)));
        _acknowledgements.InsertRange(0, _sent.Where(sent => !sent.Lane.IsDropped));
        _sent = [];
    }

    private RelayCommand.Exchange? NextExchange(TimeSpan now)
    {
        var note = _probe is { IsNoted: false } probe ? (probe.Lane.Partition.Partition, probe.Position) : ((int, long)?)null;
        var reads = CanRead(now);
        if (_isExchanging || now < _notBefore || (_acknowledgements.Count == 0 && note is null && !reads))
        {
            return null;
        }

        _isExchanging = true;
        _sent = [.. _acknowledgements];
        _acknowledgements.Clear();
        var read = reads || (_sent.Exists(LeavesMore) && HasRoom) ? NextRead() : null;
        return new RelayCommand.Exchange(
            new OutboxExchange
            {
                Relay = settings.Relay,
                Fence = [.. Fence(note?.Item1)],
                Acknowledgements = [.. _sent.Select(sent => sent.Acknowledgement)],
                Handlers = settings.Handlers,
                Note = note,
                Read = read,
                KeepHistory = settings.KeepHistory,
            },
            Owned.ToDictionary(owned => owned.Partition, owned => owned.Epoch));
    }

    private bool HasRoom => _lanes.Values.Concat(_deliveries.Values).Sum(lane => lane.Entries.Count) < settings.BatchSize * 2;

    private bool CanRead(TimeSpan now) =>
        (_wantsRead || now >= _nextRead) && HasRoom && _partitions.Values.Any(partition => !partition.IsLeaving);

    /// <summary>What an earlier read has left out, or what waits behind a delivery, is to be read with its acknowledgement.</summary>
    private static bool LeavesMore((Lane Lane, Acknowledgement Acknowledgement) sent) =>
        sent.Lane.WasLeftOut || sent.Acknowledgement.Handler is not null || sent.Acknowledgement.Left.Count > 0;

    private IEnumerable<OwnedPartition> Fence(int? noted) =>
        _sent.Select(sent => sent.Acknowledgement.Partition).Concat(noted is { } partition ? [partition] : []).Distinct()
            .Select(number => _partitions[number].Owned);

    private OutboxRead? NextRead()
    {
        var partitions = _partitions.Values.Where(partition => !partition.IsLeaving).Select(partition => partition.Owned.Partition).ToList();
        if (partitions.Count == 0)
        {
            return null;
        }

        _wantsRead = false;
        foreach (var lane in BusyLanes())
        {
            lane.WasLeftOut = true;
        }

        return new OutboxRead
        {
            Partitions = partitions,
            BusyStreams = [.. BusyLanes().Where(lane => lane.Key.Handler is null).Select(lane => lane.Key.Stream)],
            BusyDeliveries = [.. BusyLanes().Where(lane => lane.Key.Handler is not null).Select(lane => lane.Key)],
            EventTypes = settings.EventTypes,
            Limit = settings.BatchSize,
        };
    }

    /// <summary>All but those that are done with once this exchange is: what comes behind them may be read in it already.</summary>
    private IEnumerable<Lane> BusyLanes()
    {
        var sent = _sent.GroupBy(sent => sent.Lane).ToDictionary(lane => lane.Key, lane => lane.Count());
        return _lanes.Values.Concat(_deliveries.Values)
            .Where(lane => !lane.IsDrained || lane.Unconfirmed > sent.GetValueOrDefault(lane));
    }

    private void Confirm(bool withRead)
    {
        foreach (var (lane, _) in _sent)
        {
            lane.Unconfirmed--;
            if (lane is { IsDrained: true, Unconfirmed: 0, IsDropped: false })
            {
                Forget(lane);
                _wantsRead |= lane.WasLeftOut && !withRead;
            }
        }

        _sent = [];
    }

    private void Take(RelayCommand.Exchange command, OutboxExchangeResult result)
    {
        foreach (var entry in result.Deliveries.Concat(result.Events))
        {
            var partition = entry.Message.Partition;
            if (_partitions.TryGetValue(partition, out var work) && command.Epochs.TryGetValue(partition, out var epoch) && work.Owned.Epoch == epoch)
            {
                Add(entry);
            }
        }
    }

    /// <summary>A partition that has nothing more to try is as any other.</summary>
    private void EndProbes(RelayCommand.Exchange command)
    {
        foreach (var number in command.Request.Read!.Partitions)
        {
            if (_partitions.TryGetValue(number, out var partition) && partition.Probes > 0 && !HasLanes(partition))
            {
                partition.Probes = 0;
            }
        }
    }
}
