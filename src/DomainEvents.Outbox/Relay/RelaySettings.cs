namespace DomainEvents.Outbox.Relay;

/// <summary>What a relay goes by: the options, read once, and the handlers of its process.</summary>
internal sealed class RelaySettings
{
    private readonly Dictionary<string, string[]> _handlers;

    public RelaySettings(string relay, IReadOnlyDictionary<string, int> eventTypes, IReadOnlyList<HandlerAnnouncement> handlers)
    {
        (Relay, EventTypes, Handlers) = (relay, eventTypes, handlers);
        _handlers = eventTypes.Keys.ToDictionary(
            type => type,
            type => handlers.Where(handler => string.Equals(handler.EventType, type, StringComparison.Ordinal)).Select(handler => handler.Handler).ToArray(),
            StringComparer.Ordinal);
    }

    public string Relay { get; }

    /// <summary>The newest version of each type that is known.</summary>
    public IReadOnlyDictionary<string, int> EventTypes { get; }

    public IReadOnlyList<HandlerAnnouncement> Handlers { get; }

    public int BatchSize { get; init; } = 100;

    public TimeSpan PollingInterval { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(30);

    public int MaxAttempts { get; init; } = 10;

    public TimeSpan FirstRetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromMinutes(10);

    public int MaxConcurrency { get; init; } = 16;

    public bool KeepHistory { get; init; } = true;

    /// <summary>The handlers of an event, or <see langword="null"/> if its type or its version is not known.</summary>
    public IReadOnlyList<string>? HandlersOf(OutboxMessage message) =>
        EventTypes.TryGetValue(message.EventType, out var newest) && message.Version <= newest ? _handlers[message.EventType] : null;
}
