using DomainEvents.Outbox.Relay;

namespace DomainEvents.Outbox.Tests.Simulation;

/// <summary>
/// One random interleaving of writers, relays, crashes, stops, slow and failing handlers, lost requests and lost answers. One
/// seed is one schedule.
/// </summary>
internal sealed class Schedule
{
    public const int Partitions = 4;
    private const int MaxAttempts = 3;

    // A handler handles the type whose letter its name begins with.
    private static readonly string[] OldHandlers = ["A1", "A2", "B1"];
    private static readonly string[] NewHandlers = [.. OldHandlers, "A3"];
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    private readonly Random _random;
    private readonly SimulatedStore _store;
    private readonly Witness _witness = new();
    private readonly List<SimulatedRelay> _relays = [];
    private readonly List<List<OutboxMessage>> _transactions = [];
    private readonly List<(string Relay, RelayCommand Command)> _late = [];
    private readonly HashSet<long> _deadly = [];
    private readonly Dictionary<(string Handler, long Position), int> _failures = [];
    private SimulatedRelay? _steady;
    private TimeSpan _now;
    private int _names;
    private bool _calm;

    public Schedule(int seed, Func<SimulatedStore>? store = null)
    {
        _random = new Random(seed);
        _store = store?.Invoke() ?? new SimulatedStore(Partitions);
    }

    public int Handled => _witness.Successes;

    public int Crashes { get; private set; }

    /// <summary>What went wrong, or <see langword="null"/>.</summary>
    public string? Run()
    {
        var isNew = _random.Next(2) == 0;
        _witness.Owed = isNew ? NewHandlers : OldHandlers; // what comes later may have missed something
        _calm = true;
        Start(isNew);
        Answer(_relays[0], _relays[0].Open[0]); // known to the others from the beginning
        _calm = false;
        _steady = isNew ? _relays[0] : null; // so that somebody always announces the new handler
        var steps = _random.Next(40, 160);
        for (var step = 0; step < steps && _witness.Violation is null; step++)
        {
            Step();
        }

        EndInPeace();
        return _witness.Violation;
    }

    private void Step()
    {
        switch (_random.Next(100))
        {
            case < 14:
                Write();
                break;
            case < 24:
                EndTransaction();
                break;
            case < 30:
                ArriveLate();
                break;
            case < 70:
                Work();
                break;
            case < 89:
                Advance(TimeSpan.FromSeconds(_random.NextDouble() * (_random.Next(4) == 0 ? 0.01 : 3)));
                break;
            case < 91:
                Crash(AnyButSteady());
                break;
            case < 94:
                Start(isNew: _random.Next(2) == 0);
                break;
            case < 98:
                if (AnyButSteady() is { } stalled)
                {
                    stalled.StalledUntil = _now + TimeSpan.FromSeconds(_random.Next(1, 30));
                }

                break;
            default:
                if (AnyButSteady() is { } stopped)
                {
                    Stop(stopped);
                    stopped.CancelsHandlers = _random.Next(2) == 0;
                }

                break;
        }
    }

    /// <summary>What happened, if somebody wants to read it.</summary>
    public List<string>? Trace { get; init; }

    private void Note(string what) => Trace?.Add($"{_now.TotalSeconds:0.0} {what}");

    private SimulatedRelay? Any() => _relays.Count == 0 ? null : _relays[_random.Next(_relays.Count)];

    private SimulatedRelay? AnyButSteady() => Any() is { } relay && relay != _steady ? relay : null;

    private void Start(bool isNew)
    {
        if (_relays.Count == 3 && !_calm)
        {
            return;
        }

        var handlers = isNew ? NewHandlers : OldHandlers;
        var types = isNew ? new Dictionary<string, int> { ["A"] = 1, ["B"] = 2 } : new Dictionary<string, int> { ["A"] = 1, ["B"] = 1 };
        var settings = new RelaySettings($"relay {++_names}", types, [.. handlers.Select(handler => new HandlerAnnouncement(handler, handler[..1]))])
        {
            BatchSize = _random.Next(1, 6),
            MaxConcurrency = _random.Next(1, 5),
            MaxAttempts = MaxAttempts,
            LeaseDuration = Lease,
            LongestTrial = TimeSpan.FromSeconds(_random.Next(2) == 0 ? 2 : 300),
            AcknowledgementDelay = TimeSpan.FromMilliseconds(_random.Next(3) switch { 0 => 0, 1 => 5, _ => 2_000 }),
            KeepHistory = _random.Next(2) == 0,
        };
        var relay = new SimulatedRelay(settings, isNew, _random);
        _relays.Add(relay);
        Ask(relay);
    }

    private void Stop(SimulatedRelay relay)
    {
        relay.Engine.Stop();
        Ask(relay);
    }

    private void Write()
    {
        var stream = $"stream {_random.Next(3)}";
        if (_transactions.Exists(transaction => transaction[0].Stream == stream))
        {
            return; // it waits for the row of the aggregate
        }

        _transactions.Add([.. Enumerable.Range(0, _random.Next(1, 3)).Select(_ => NewMessage(stream))]);
    }

    private OutboxMessage NewMessage(string stream)
    {
        var position = _store.Draw();
        var type = _random.Next(4) == 0 ? "B" : "A";
        if (_random.Next(60) == 0)
        {
            _deadly.Add(position);
        }

        if (_random.Next(60) == 0)
        {
            _store.Damaged.Add(position);
        }

        foreach (var handler in NewHandlers.Where(_ => _random.Next(8) == 0))
        {
            _failures[(handler, position)] = _random.Next(1, 6);
        }

        return new OutboxMessage
        {
            Position = position,
            EventId = Guid.Empty,
            EventType = type,
            Version = type == "B" ? _random.Next(1, 3) : 1,
            Payload = default,
            Stream = stream,
            Partition = stream[^1] % Partitions,
            OccurredAt = default,
        };
    }

    private void EndTransaction()
    {
        if (_transactions.Count == 0)
        {
            return;
        }

        var transaction = _transactions[_random.Next(_transactions.Count)];
        _transactions.Remove(transaction);
        if (_random.Next(6) == 0)
        {
            return; // rolled back: a gap for ever
        }

        foreach (var message in transaction)
        {
            _store.Commit(message);
            _witness.Committed(message);
        }

        if (_random.Next(3) > 0 && Any() is { } woken)
        {
            woken.Engine.Wake();
            woken.WokenAt = _store.Changes;
            Ask(woken);
        }
    }

    private void Advance(TimeSpan time)
    {
        var before = _now;
        _now += time;
        _store.Now = _now;
        foreach (var relay in _relays)
        {
            relay.IsDisturbed |= relay.LeasedAt is { } leasedAt && _now >= leasedAt + (Lease * 0.9);
        }

        // The others have nothing to do, or they have not said when: then they never do it.
        foreach (var relay in _relays.Where(relay => relay.WakesAt(before) <= _now).ToList())
        {
            Ask(relay);
        }
    }

    private void Work()
    {
        if (Any() is { Open.Count: > 0 } relay && relay.StalledUntil <= _now)
        {
            Answer(relay, relay.Open[_random.Next(relay.Open.Count)]);
            Ask(relay);
        }
    }

    private void Ask(SimulatedRelay relay)
    {
        while (!relay.IsGone && relay.StalledUntil <= _now && relay.Engine.TryNext(_now, out var command))
        {
            relay.Open.Add(command);
            if (Trace is not null)
            {
                Note($"{relay.Name} asks {Describe(command)}");
            }

            if (command is RelayCommand.Exchange { Request: var request }
                && !request.Fence.Select(owned => owned.Partition).Order().SequenceEqual(request.Acknowledgements.Select(acknowledgement => acknowledgement.Partition)
                    .Concat(request.Note is { } note ? [note.Partition] : []).Distinct().Order()))
            {
                _witness.Blame($"{relay.Name} sends a fence that is not of what it writes");
            }

            if (command is RelayCommand.Handle handle)
            {
                foreach (var handler in handle.Handlers)
                {
                    _witness.Starts(relay, handler, handle.Entry.Message);
                }

                if (relay != _steady && _deadly.Contains(handle.Entry.Message.Position))
                {
                    Crash(relay);
                }
            }
        }

        if (relay.Engine.HasEnded && !relay.IsGone)
        {
            Remove(relay);
        }

        if (!relay.IsGone && relay.StalledUntil <= _now)
        {
            Rest(relay);
        }
    }

    /// <summary>It has said that there is nothing to do now.</summary>
    private void Rest(SimulatedRelay relay)
    {
        if (relay.Engine.WakeAt() is { } at && at <= _now)
        {
            _witness.Blame($"{relay.Name} has nothing to do, and wants to be asked again at once");
        }

        if (relay.Engine.IsIdle && _store.OverlookedBy(relay) is { } position)
        {
            _witness.Blame($"{relay.Name} is idle, and has overlooked {position}");
        }
    }

    private void Answer(SimulatedRelay relay, RelayCommand command)
    {
        relay.Open.Remove(command);
        if (Trace is not null)
        {
            Note($"{relay.Name} answers {Describe(command)}");
        }

        var isLostBefore = !_calm && _random.Next(25) == 0;
        var isLostAfter = !_calm && _random.Next(25) == 0;
        switch (command)
        {
            case RelayCommand.Renew renew:
                var lease = isLostBefore ? null : _store.Renew(renew.Renewal);
                if (lease is null || isLostAfter)
                {
                    relay.Engine.NotRenewed(_now);
                    break;
                }

                relay.LeasedAt = renew.SentAt;
                relay.Engine.Renewed(renew, lease);
                break;
            case RelayCommand.Exchange exchange:
                if (!relay.Answers.Remove(exchange, out var answer) && !isLostBefore)
                {
                    answer = (_store.Exchange(exchange.Request), _now);
                    if (!_calm && _random.Next(4) == 0)
                    {
                        relay.Answers.Add(exchange, answer);
                        relay.Open.Add(exchange);
                        break;
                    }
                }

                if (isLostBefore || isLostAfter)
                {
                    _late.Add((relay.Name, exchange));
                    relay.Engine.NotExchanged(_now);
                    break;
                }

                relay.IsDisturbed |= answer.Result.Lost.Count > 0;
                relay.Lateness = exchange.Request.Read is null ? relay.Lateness : _now - answer.Since;
                relay.Engine.Exchanged(exchange, answer.Result, _now);
                break;
            case RelayCommand.Release release:
                if (!isLostBefore)
                {
                    _store.Release(relay.Name, release.Partitions, release.Leaves);
                }

                relay.Engine.Released(release);
                break;
            case RelayCommand.Handle handle:
                Handle(relay, handle);
                break;
        }
    }

    /// <summary>What the dead have asked for, or what was given up, may still arrive at the database.</summary>
    private void ArriveLate()
    {
        if (_late.Count == 0)
        {
            Work();
            return;
        }

        var (relay, command) = _late[_random.Next(_late.Count)];
        _late.Remove((relay, command));
        switch (command)
        {
            case RelayCommand.Exchange exchange:
                _store.Exchange(exchange.Request);
                break;
            case RelayCommand.Release release:
                _store.Release(relay, release.Partitions, release.Leaves);
                break;
        }
    }

    private void Handle(SimulatedRelay relay, RelayCommand.Handle handle)
    {
        var position = handle.Entry.Message.Position;
        if (handle.Lane.IsDropped || relay.CancelsHandlers || (!_calm && _random.Next(100) == 0))
        {
            Cancel(relay, handle);
            return;
        }

        var outcomes = new List<HandlerOutcome>();
        foreach (var handler in handle.Handlers)
        {
            var fails = _failures.TryGetValue((handler, position), out var failures) && failures > 0;
            if (fails)
            {
                _failures[(handler, position)] = failures - 1;
            }

            var error = handle.Entry.Damage ?? (fails ? "failed" : null);
            outcomes.Add(new HandlerOutcome(handler, error, IsFinal: handle.Entry.Damage is not null));
            _witness.Ends(relay, handler, handle.Entry.Message, error is null);
        }

        relay.Engine.Handled(handle, outcomes);
    }

    /// <summary>Some handlers may have succeeded before.</summary>
    private void Cancel(SimulatedRelay relay, RelayCommand.Handle handle)
    {
        var outcomes = new List<HandlerOutcome>();
        foreach (var handler in handle.Handlers)
        {
            var mayHaveSucceeded = handle.Entry.Damage is null && _failures.GetValueOrDefault((handler, handle.Entry.Message.Position)) == 0;
            outcomes.Add(new HandlerOutcome(handler, IsCancelled: !mayHaveSucceeded || _random.Next(3) > 0));
            _witness.Ends(relay, handler, handle.Entry.Message, success: outcomes[^1].IsCancelled ? null : true);
        }

        relay.Engine.Handled(handle, outcomes.TrueForAll(outcome => outcome.IsCancelled) ? null : outcomes);
    }

    private void Crash(SimulatedRelay? relay)
    {
        if (relay is not null)
        {
            relay.IsDisturbed = true;
            Crashes++;
            Note($"{relay.Name} crashes");
            _late.AddRange(relay.Open.Select(command => (relay.Name, command)));
            Remove(relay);
        }
    }

    private static string Describe(RelayCommand command) => command switch
    {
        RelayCommand.Renew renew => $"renew {string.Join(",", renew.Renewal.Owned.Select(owned => owned.Partition))}",
        RelayCommand.Release release => $"release {string.Join(",", release.Partitions.Select(owned => owned.Partition))} leaves {release.Leaves}",
        RelayCommand.Handle handle => $"handle {handle.Entry.Message.Position} of {handle.Entry.Message.Stream} by {string.Join(",", handle.Handlers)}",
        RelayCommand.Exchange exchange =>
            $"exchange acks {string.Join(",", exchange.Request.Acknowledgements.Select(ack => $"{ack.Position}{ack.Handler}"))} note {exchange.Request.Note} read {exchange.Request.Read is not null}",
        _ => command.ToString(),
    };

    private void Remove(SimulatedRelay relay)
    {
        relay.IsGone = true;
        _relays.Remove(relay);
        _witness.IsGone(relay);
    }

    /// <summary>No more faults: all that was committed must be handled, after somebody has looked at the dead letters.</summary>
    private void EndInPeace()
    {
        (_calm, _steady) = (true, null);
        foreach (var old in _relays.Where(relay => !relay.IsNew).ToList())
        {
            Stop(old); // the deployment is over
        }

        while (_transactions.Count > 0)
        {
            EndTransaction();
        }

        for (var round = 0; round < 3_000 && _witness.Violation is null; round++)
        {
            if (!_relays.Exists(relay => relay.IsNew))
            {
                Start(isNew: true);
            }

            var busy = false;
            foreach (var relay in _relays.ToList())
            {
                while (!relay.IsGone && relay.StalledUntil <= _now && relay.Open.Count > 0 && _witness.Violation is null)
                {
                    busy = true;
                    Answer(relay, relay.Open[_random.Next(relay.Open.Count)]);
                    Ask(relay);
                }
            }

            if (!busy && IsDone())
            {
                _witness.Ended();
                return;
            }

            if (!busy)
            {
                Advance((_relays.Min(relay => relay.WakesAt(_now)) ?? _now) - _now);
            }
        }

        _witness.Blame($"stalled: {_store.Pending} pending, left: {string.Join("; ", _store.Deliveries)}; relays: {string.Join(", ", _relays.Select(relay => $"{relay.Name} owns {string.Join(",", relay.Engine.Owned)} open {relay.Open.Count}"))}");
    }

    private bool IsDone()
    {
        var left = _store.Deliveries.ToList();
        foreach (var (position, handler, row) in left.Where(delivery => delivery.Row.State == DeliveryState.Dead))
        {
            _witness.IsDead(handler, position, row.Attempts, MaxAttempts, isAtOnce: row.Error!.Contains("three times", StringComparison.Ordinal) || row.Error == "damaged");
            _store.Damaged.Remove(position);
            _deadly.Remove(position);
            _failures.Remove((handler, position));
            _store.Requeue(position, handler);
        }

        return _store.Pending == 0 && left.TrueForAll(NobodyHas);
    }

    private bool NobodyHas((long Position, string Handler, SimulatedStore.Row Row) delivery) =>
        delivery.Row.State != DeliveryState.Dead && !_relays.Exists(relay => relay.Handles(delivery.Handler, delivery.Row.Message));
}
