namespace DomainEvents.Outbox.Relay;

/// <content>From what was read to what is acknowledged.</content>
internal sealed partial class RelayEngine
{
    private readonly Dictionary<string, Lane> _lanes = new(StringComparer.Ordinal);
    private readonly Dictionary<DeliveryKey, Lane> _deliveries = [];
    private int _calls;

    /// <summary>Handlers have ended.</summary>
    /// <param name="command">Which.</param>
    /// <param name="outcomes">What came of each; <see langword="null"/> if they were cancelled, and nothing is to be acknowledged.</param>
    public void Handled(RelayCommand.Handle command, IReadOnlyList<HandlerOutcome>? outcomes)
    {
        _calls -= command.Handlers.Count;
        var lane = command.Lane;
        if (lane.IsDropped)
        {
            return;
        }

        if (outcomes is null)
        {
            Drop(lane);
            return;
        }

        lane.Running = null;
        Successes += outcomes.Count(outcome => outcome.Error is null);
        var attempts = command.Entry.Attempts + 1;
        Acknowledge(lane, command.Entry,
        [
            .. outcomes.Where(outcome => outcome.Error is not null).Select(outcome => _retries.After(outcome, attempts)),
            .. Blocked(lane, command.Entry),
        ]);
        Tried(lane);
    }

    private void Add(OutboxEntry entry)
    {
        var message = entry.Message;
        if (!_partitions.TryGetValue(message.Partition, out var partition) || partition.IsLeaving)
        {
            return;
        }

        var lane = LaneOf(entry, partition);
        if (lane.Entries.Count < Math.Max(1, settings.BatchSize / 4))
        {
            lane.Entries.Enqueue(entry);
        }
        else
        {
            lane.WasLeftOut = true; // one stream does not fill it all
        }
    }

    private Lane LaneOf(OutboxEntry entry, PartitionWork partition)
    {
        var key = new DeliveryKey(entry.Handler!, entry.Message.Stream);
        if (entry.Handler is null ? _lanes.TryGetValue(key.Stream, out var lane) : _deliveries.TryGetValue(key, out lane))
        {
            return lane;
        }

        lane = new Lane(partition.Owned, key);
        if (entry.Handler is null)
        {
            _lanes.Add(key.Stream, lane);
        }
        else
        {
            _deliveries.Add(key, lane);
        }

        return lane;
    }

    private RelayCommand.Handle? NextHandle()
    {
        // Retries first: they are few, and others wait behind them.
        foreach (var lane in _deliveries.Values.Concat(_lanes.Values))
        {
            while (lane.Running is null && lane.Entries.TryPeek(out var entry))
            {
                var handlers = HandlersOf(lane, entry);
                if (handlers.Count > 0)
                {
                    if (!MayTry(lane, entry))
                    {
                        break;
                    }

                    if (_calls > 0 && _calls + handlers.Count > settings.MaxConcurrency)
                    {
                        return null;
                    }
                }

                lane.Entries.Dequeue();
                if (handlers.Count > 0)
                {
                    lane.Running = entry;
                    _calls += handlers.Count;
                    return new RelayCommand.Handle(lane, entry, handlers);
                }

                Acknowledge(lane, entry, Blocked(lane, entry));
            }
        }

        return null;
    }

    /// <summary>Who is called now.</summary>
    private List<string> HandlersOf(Lane lane, OutboxEntry entry)
    {
        var handlers = settings.HandlersOf(entry.Message);
        return handlers is null ? []
            : !string.IsNullOrEmpty(entry.Handler) ? [entry.Handler]
            : [.. handlers.Where(handler => !lane.IsBlocked(entry, handler))];
    }

    /// <summary>What an event leaves to those who must wait behind an earlier one.</summary>
    private List<Delivery> Blocked(Lane lane, OutboxEntry entry)
    {
        if (!string.IsNullOrEmpty(entry.Handler))
        {
            return [];
        }

        if (lane.IsBlocked(entry, Delivery.AllHandlers))
        {
            return [new Delivery(Delivery.AllHandlers, DeliveryState.Waiting)];
        }

        return settings.HandlersOf(entry.Message) is { } handlers
            ? [.. handlers.Where(handler => lane.IsBlocked(entry, handler)).Select(handler => new Delivery(handler, DeliveryState.Waiting))]
            : [new Delivery(Delivery.AllHandlers, DeliveryState.Parked)];
    }

    private void Acknowledge(Lane lane, OutboxEntry entry, IReadOnlyList<Delivery> left)
    {
        foreach (var delivery in left)
        {
            lane.Block(delivery.Handler);
        }

        lane.Unconfirmed++;
        _acknowledgements.Add((lane, new Acknowledgement
        {
            Position = entry.Message.Position,
            Partition = entry.Message.Partition,
            Handler = entry.Handler,
            Attempts = entry.Attempts,
            Left = left,
        }));
    }

    private IEnumerable<Lane> LanesOf(PartitionWork partition) =>
        _lanes.Values.Concat(_deliveries.Values).Where(lane => lane.Partition == partition.Owned);

    private bool HasLanes(PartitionWork partition) => LanesOf(partition).Any();

    private void Drop(Lane lane)
    {
        lane.IsDropped = true;
        if (lane.Running is not null)
        {
            _urgent.Enqueue(new RelayCommand.Cancel(lane));
        }

        _acknowledgements.RemoveAll(acknowledgement => acknowledgement.Lane == lane);
        Forget(lane);
    }

    private void Forget(Lane lane)
    {
        if (_probe?.Lane == lane)
        {
            _probe = null;
        }

        if (lane.Key.Handler is null)
        {
            _lanes.Remove(lane.Key.Stream);
        }
        else
        {
            _deliveries.Remove(lane.Key);
        }
    }
}
