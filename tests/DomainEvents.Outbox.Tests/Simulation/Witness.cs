namespace DomainEvents.Outbox.Tests.Simulation;

/// <summary>Sees what handlers do, and says what they must not do.</summary>
internal sealed class Witness
{
    private readonly Dictionary<long, OutboxMessage> _committed = [];
    private readonly Dictionary<(string Handler, long Position), SimulatedRelay> _succeeded = [];
    private readonly Dictionary<(string Handler, long Position), int> _failed = [];
    private readonly List<(SimulatedRelay Relay, string Handler, OutboxMessage Message)> _running = [];

    /// <summary>Handlers that were there from the beginning.</summary>
    public IReadOnlyList<string> Owed { get; set; } = [];

    public string? Violation { get; private set; }

    public int Successes => _succeeded.Count;

    public void Committed(OutboxMessage message) => _committed.Add(message.Position, message);

    public void Starts(SimulatedRelay relay, string handler, OutboxMessage message)
    {
        if (!_committed.ContainsKey(message.Position))
        {
            Blame($"phantom: {handler} was called with {message.Position}, which was not committed");
        }

        if (_running.Exists(other => other.Handler == handler && other.Message.Stream == message.Stream && other.Relay is { IsGone: false, IsDisturbed: false }) && !relay.IsDisturbed)
        {
            Blame($"{handler} was called with {message.Position} while it was busy with another event of the stream");
        }

        if (_succeeded.TryGetValue((handler, message.Position), out var before) && !before.IsDisturbed && !relay.IsDisturbed)
        {
            Blame($"{handler} was called with {message.Position} again, and nothing had gone wrong");
        }

        _running.Add((relay, handler, message));
    }

    public void Ends(SimulatedRelay relay, string handler, OutboxMessage message, bool? success)
    {
        _running.RemoveAll(running => running.Relay == relay && running.Handler == handler && running.Message.Position == message.Position);
        if (success is false)
        {
            _failed[(handler, message.Position)] = Failures(handler, message.Position) + 1;
        }

        if (success is not true || !_succeeded.TryAdd((handler, message.Position), relay) || !Owed.Contains(handler))
        {
            return;
        }

        var skipped = _committed.Values.Where(earlier => earlier.Stream == message.Stream && earlier.Position < message.Position)
            .FirstOrDefault(earlier => !_succeeded.ContainsKey((handler, earlier.Position)) && Handles(handler, earlier));
        if (skipped is not null)
        {
            Blame($"order: {handler} has handled {message.Position} before {skipped.Position} of the same stream");
        }
    }

    public void IsGone(SimulatedRelay relay) => _running.RemoveAll(running => running.Relay == relay);

    public int Failures(string handler, long position) => _failed.GetValueOrDefault((handler, position));

    public void IsDead(string handler, long position, int attempts, int maxAttempts, bool isAtOnce)
    {
        if (!isAtOnce && attempts != maxAttempts)
        {
            Blame($"attempts: {handler} gave {position} up after {attempts}");
        }

        if (!isAtOnce && Failures(handler, position) < maxAttempts)
        {
            Blame($"attempts: {handler} gave {position} up, which had failed {Failures(handler, position)} times only");
        }
    }

    /// <summary>At the end: what was committed was handled by all.</summary>
    public void Ended()
    {
        foreach (var message in _committed.Values)
        {
            foreach (var handler in Owed.Where(handler => Handles(handler, message)))
            {
                if (!_succeeded.ContainsKey((handler, message.Position)))
                {
                    Blame($"lost: {handler} has never handled {message.Position}");
                }
            }
        }
    }

    public void Blame(string violation) => Violation ??= violation;

    private static bool Handles(string handler, OutboxMessage message) => handler[0] == message.EventType[0];
}
