namespace DomainEvents.Outbox.Relay;

/// <content>From what was read to what is acknowledged.</content>
internal sealed partial class RelayEngine
{
    private int _calls;

    /// <summary>Handlers have ended.</summary>
    /// <param name="command">Which.</param>
    /// <param name="outcomes">What came of each; <see langword="null"/> if all were cancelled, and nothing is to be acknowledged.</param>
    public void Handled(RelayCommand.Handle command, IReadOnlyList<HandlerOutcome>? outcomes)
    {
        _calls -= command.Handlers.Count;
        var (lane, entry) = (command.Lane, command.Entry);
        if (lane.IsDropped)
        {
            return;
        }

        if (outcomes is null)
        {
            Abandon(lane);
            return;
        }

        var failures = 0;
        for (var i = 0; i < outcomes.Count; i++)
        {
            failures += outcomes[i].Succeeded ? 0 : 1;
        }

        Successes += outcomes.Count - failures;
        _lanes.End(lane);
        Acknowledge(lane, entry, failures == 0 && !lane.BlocksAny(entry) ? [] : [.. Failed(outcomes, entry), .. Blocked(lane, entry)]);
        _mustAcknowledge |= failures > 0 || entry.Handler is not null || _probe?.Lane == lane;
        Tried(lane);
    }

    private void Add(OutboxEntry entry, PartitionWork partition)
    {
        if (partition.IsLeaving)
        {
            return;
        }

        // What would not fit is read again later: a few slow streams must not fill the memory. So is a stream in a second partition,
        // which no writer puts it into: what a lane acknowledges is fenced by its partition.
        var lane = _lanes.Of(entry, partition);
        if (lane.Partition == partition && (_lanes.Buffered < settings.BatchSize * 2 || lane.Count < Math.Max(1, settings.BatchSize / 4)))
        {
            _lanes.Add(lane, entry);
        }
        else
        {
            lane.WasLeftOut = true;
        }
    }

    private RelayCommand.Handle? NextHandle()
    {
        while (_lanes.FirstReady() is { Next: { } entry } lane)
        {
            var handlers = HandlersOf(lane, entry);
            if (handlers.Count == 0)
            {
                _lanes.Take(lane);
                Acknowledge(lane, entry, Blocked(lane, entry));
            }
            else if (MayTry(lane, entry))
            {
                if (_calls > 0 && _calls + handlers.Count > settings.MaxConcurrency)
                {
                    return null;
                }

                _calls += handlers.Count;
                return new RelayCommand.Handle(lane, _lanes.Begin(lane), handlers);
            }
        }

        return null;
    }

    /// <summary>Who is called now.</summary>
    private IReadOnlyList<string> HandlersOf(Lane lane, OutboxEntry entry) => settings.HandlersOf(entry.Message) switch
    {
        null => [],
        _ when entry.Handler is { Length: > 0 } one => [one],
        var handlers when lane.BlocksAny(entry) => [.. handlers.Where(handler => !lane.IsBlocked(entry, handler))],
        var handlers => handlers,
    };

    private IEnumerable<Delivery> Failed(IReadOnlyList<HandlerOutcome> outcomes, OutboxEntry entry) =>
        outcomes.Where(outcome => !outcome.Succeeded).Select(outcome => _retries.After(outcome, entry.Attempts));

    /// <summary>What an event leaves to those who must wait behind an earlier one.</summary>
    private IReadOnlyList<Delivery> Blocked(Lane lane, OutboxEntry entry)
    {
        // Before all else: one that waits behind another of an unknown type would never be read, nor could it be given up.
        if (settings.HandlersOf(entry.Message) is not { } handlers)
        {
            return [new Delivery(entry.Handler ?? Delivery.AllHandlers, DeliveryState.Parked, entry.Attempts)];
        }

        return !string.IsNullOrEmpty(entry.Handler) ? []
            : lane.IsBlocked(entry, Delivery.AllHandlers)
            ? [new Delivery(Delivery.AllHandlers, DeliveryState.Waiting)]
            : [.. handlers.Where(handler => lane.IsBlocked(entry, handler)).Select(handler => new Delivery(handler, DeliveryState.Waiting))];
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

        // With it is read what a read has left out, what waits behind a delivery, and when the next delivery is due.
        _wantsRead |= left.Count > 0 || entry.Handler is not null || lane is { IsDrained: true, WasLeftOut: true };
    }

    /// <summary>Its handlers were cancelled: their event is read again, and so what is behind it. What was handled before is acknowledged.</summary>
    private void Abandon(Lane lane)
    {
        _lanes.Clear(lane);
        _lanes.End(lane);
        EndProbe(lane);
        ForgetIfDone(lane);
        _wantsRead = true;
    }

    private void Drop(Lane lane)
    {
        lane.IsDropped = true;
        Forget(lane);
    }

    private void ForgetIfDone(Lane lane)
    {
        if (lane is { IsDrained: true, Unconfirmed: 0 })
        {
            Forget(lane);
        }
    }

    private void Forget(Lane lane)
    {
        EndProbe(lane);
        _lanes.Remove(lane);
    }
}
