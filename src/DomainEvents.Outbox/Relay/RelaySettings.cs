namespace DomainEvents.Outbox.Relay;

/// <summary>What a relay goes by: the options, read once, and the handlers of its process.</summary>
internal sealed class RelaySettings
{
    private readonly Dictionary<string, (int Newest, string[] Handlers)> _handlers;

    public RelaySettings(string relay, IReadOnlyDictionary<string, int> eventTypes, IReadOnlyList<HandlerAnnouncement> handlers)
    {
        (Relay, EventTypes, Handlers) = (relay, eventTypes, handlers);
        var ofTypes = handlers.ToLookup(handler => handler.EventType, handler => handler.Handler, StringComparer.Ordinal);
        _handlers = eventTypes.ToDictionary(type => type.Key, type => (type.Value, ofTypes[type.Key].ToArray()), StringComparer.Ordinal);
    }

    public string Relay { get; }

    /// <summary>The newest version of each type that is known.</summary>
    public IReadOnlyDictionary<string, int> EventTypes { get; }

    public IReadOnlyList<HandlerAnnouncement> Handlers { get; }

    public int BatchSize { get; init; } = 100;

    public TimeSpan PollingInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>So long may an acknowledgement wait for others to go with, while handlers have enough to do.</summary>
    public TimeSpan AcknowledgementDelay { get; init; } = TimeSpan.FromMilliseconds(5);

    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>So long at most events are tried one by one after a crash. One that takes longer is taken for the one that a process dies of, if it dies then.</summary>
    public TimeSpan LongestTrial { get; init; } = TimeSpan.FromMinutes(5);

    public int MaxAttempts { get; init; } = 10;

    public TimeSpan FirstRetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromMinutes(10);

    public int MaxPayloadBytes { get; init; } = int.MaxValue;

    public int MaxConcurrency { get; init; } = 16;

    public bool KeepHistory { get; init; } = true;

    /// <summary>The handlers of an event, the same list for each of its type, or <see langword="null"/> if its type or its version is not known.</summary>
    public IReadOnlyList<string>? HandlersOf(OutboxMessage message) =>
        _handlers.TryGetValue(message.EventType, out var type) && message.Version <= type.Newest ? type.Handlers : null;
}
