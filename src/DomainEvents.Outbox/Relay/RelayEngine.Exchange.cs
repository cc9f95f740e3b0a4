namespace DomainEvents.Outbox.Relay;

/// <content>What is written and read, one call at a time: what ends meanwhile goes with the next.</content>
internal sealed partial class RelayEngine
{
    // Not for as long as somebody may choose to poll: what is handled waits for its acknowledgement.
    private static readonly TimeSpan LongestFirstPause = TimeSpan.FromSeconds(1);

    private readonly HashSet<PartitionWork> _fence = [];
    private List<(Lane Lane, Acknowledgement Acknowledgement)> _acknowledgements = [];
    private List<(Lane Lane, Acknowledgement Acknowledgement)> _sent = [];
    private bool _isExchanging;
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

        if (request.Note is { } note)
        {
            Noted(note.Position);
        }

        Confirm();
        if (request.Read is { } read)
        {
            Take(result.Deliveries, command.Owned);
            Take(result.Events, command.Owned);
            var isAll = result.Events.Count < read.Limit && result.Deliveries.Count < read.Limit;
            _wantsRead |= !isAll;
            _nextRead = now + Min(result.NextDue, settings.PollingInterval);
            if (isAll)
            {
                EndProbes(read.Partitions, command.Owned);
            }
        }
    }

    /// <summary>It may have taken effect: what was sent is sent again, which does no harm.</summary>
    public void NotExchanged(TimeSpan now)
    {
        _isExchanging = false;
        _wantsRead = true;
        _mustAcknowledge = true;
        _notBefore = now + (FirstPause * (1 << Math.Min(_failures++, 3)));
        _acknowledgements.InsertRange(0, _sent.Where(sent => !sent.Lane.IsDropped));
        _sent.Clear();
    }

    /// <summary>Before a failed exchange is tried again for the first time.</summary>
    private TimeSpan FirstPause => Min(LongestFirstPause, settings.PollingInterval);

    private RelayCommand.Exchange? NextExchange(TimeSpan now)
    {
        if (_acknowledgements.Count > 0)
        {
            _acknowledgeBy ??= now + settings.AcknowledgementDelay;
        }

        if (ExchangeAt() is not { } at || now < at)
        {
            return null;
        }

        _isExchanging = true;
        _mustAcknowledge = false;
        _acknowledgeBy = null;
        (_sent, _acknowledgements) = (_acknowledgements, _sent);
        return new RelayCommand.Exchange(
            new OutboxExchange
            {
                Relay = settings.Relay,
                Fence = Fence(),
                Acknowledgements = _sent.ConvertAll(sent => sent.Acknowledgement),
                Handlers = settings.Handlers,
                Note = NextNote,
                Read = (_wantsRead || now >= _nextRead) && MayRead ? NextRead() : null,
                KeepHistory = settings.KeepHistory,
            },
            _owned);
    }

    private List<OwnedPartition> Fence()
    {
        _fence.Clear();
        foreach (var (lane, _) in _sent)
        {
            _fence.Add(lane.Partition);
        }

        if (_probe is { IsNoted: false } probe)
        {
            _fence.Add(probe.Lane.Partition);
        }

        return [.. _fence.Select(partition => partition.Owned)];
    }

    private OutboxRead NextRead()
    {
        _wantsRead = false;
        var (streams, deliveries) = _lanes.LeaveOutBusy();
        return new OutboxRead
        {
            Partitions = ToRead,
            BusyStreams = streams,
            BusyDeliveries = deliveries,
            EventTypes = settings.EventTypes,
            MaxPayloadBytes = settings.MaxPayloadBytes,
            Limit = settings.BatchSize,
        };
    }

    private void Confirm()
    {
        foreach (var (lane, _) in _sent)
        {
            lane.Unconfirmed--;
            if (!lane.IsDropped)
            {
                ForgetIfDone(lane);
            }
        }

        _sent.Clear();
    }

    /// <summary>But what is another's by now, or this relay's anew: that is read again.</summary>
    private void Take(IReadOnlyList<OutboxEntry> entries, IReadOnlyDictionary<int, PartitionWork> owned)
    {
        for (var i = 0; i < entries.Count; i++)
        {
            var number = entries[i].Message.Partition;
            if (StillOwned(number, owned) is { } partition)
            {
                Add(entries[i], partition);
            }
        }
    }

    private PartitionWork? StillOwned(int number, IReadOnlyDictionary<int, PartitionWork> owned) =>
        owned.TryGetValue(number, out var partition) && _partitions.GetValueOrDefault(number) == partition ? partition : null;
}
