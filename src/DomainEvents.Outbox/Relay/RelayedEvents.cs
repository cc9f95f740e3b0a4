using System.Collections.Frozen;

namespace DomainEvents.Outbox.Relay;

/// <summary>The handlers that get each registered type of event from the outbox.</summary>
internal sealed class RelayedEvents
{
    private readonly FrozenDictionary<string, RelayedEvent> _events;

    public RelayedEvents(EventTypeRegistry registry, InMemoryEventBus bus)
    {
        // A failed handler is tried again anyway: stopping at it would only leave the others without a first attempt.
        var settings = bus.Settings.FanOut is SequentialFanOut ? bus.Settings with { FanOut = new SequentialFanOut(stopOnFirstFailure: false) } : bus.Settings;
        var events = registry.All.Select(type => new RelayedEvent(type, bus.HandlersOf(type.Type, Occasions.Relayed), settings)).ToList();
        _events = events.ToFrozenDictionary(relayed => relayed.Type.Name, StringComparer.Ordinal);
        Versions = events.ToDictionary(relayed => relayed.Type.Name, relayed => relayed.Type.Version, StringComparer.Ordinal);
        Announcements = [.. events.SelectMany(relayed => relayed.Handlers.Select(handler => new HandlerAnnouncement(handler, relayed.Type.Name)))];
    }

    public IReadOnlyDictionary<string, int> Versions { get; }

    public IReadOnlyList<HandlerAnnouncement> Announcements { get; }

    public RelayedEvent this[string eventType] => _events[eventType];
}
