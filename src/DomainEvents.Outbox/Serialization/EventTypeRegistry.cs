using System.Collections.Frozen;

namespace DomainEvents.Outbox;

/// <summary>
/// The types of events that are stored and sent, each with its public name and version. Closed: a name that was stored or received
/// finds a type of this list, or none. Immutable and thread-safe.
/// </summary>
/// <remarks>
/// The name and the version of a type are those of its <see cref="EventTypeAttribute"/>. Without one it goes by its full name, which
/// changes when the class is renamed or moved, and has version 1.
/// </remarks>
public sealed class EventTypeRegistry
{
    private readonly FrozenDictionary<Type, RegisteredEventType> _byType;
    private readonly FrozenDictionary<string, RegisteredEventType> _byName;

    /// <summary>Creates the registry of some types.</summary>
    /// <param name="eventTypes">The types; the same one again changes nothing.</param>
    /// <exception cref="ArgumentNullException"><paramref name="eventTypes"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">
    /// One of them is no class that can be an event, has a name that cannot be stored, or shares its name with another one.
    /// </exception>
    public EventTypeRegistry(IEnumerable<Type> eventTypes)
    {
        ArgumentNullException.ThrowIfNull(eventTypes);
        _byType = eventTypes.Distinct().Select(RegisteredEventType.Of).ToFrozenDictionary(registered => registered.Type);
        var names = new Dictionary<string, RegisteredEventType>(StringComparer.Ordinal);
        foreach (var registered in _byType.Values)
        {
            if (!names.TryAdd(registered.Name, registered))
            {
                throw new ArgumentException(
                    $"Two types of events have the name '{registered.Name}': {TypeNames.FullName(names[registered.Name].Type)} and " +
                    $"{TypeNames.FullName(registered.Type)}. A stored name means one type: give each its own with [EventType(\"...\")]. " +
                    "Of a type whose shape has changed, only the newest version is registered.",
                    nameof(eventTypes));
            }
        }

        _byName = names.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>The names of all types, in no particular order.</summary>
    public IReadOnlyCollection<string> Names => _byName.Keys;

    /// <summary>Whether a type is registered. Types that derive from a registered one are not.</summary>
    /// <param name="eventType">The type.</param>
    /// <exception cref="ArgumentNullException"><paramref name="eventType"/> is <see langword="null"/>.</exception>
    public bool Contains(Type eventType) => _byType.ContainsKey(eventType);

    internal IEnumerable<RegisteredEventType> All => _byName.Values;

    /// <exception cref="InvalidOperationException">It is not registered.</exception>
    internal RegisteredEventType Of(IDomainEvent domainEvent) =>
        _byType.TryGetValue(domainEvent.GetType(), out var registered) ? registered : throw new InvalidOperationException(
            $"{TypeNames.FullName(domainEvent.GetType())} is not registered, so it cannot be stored in the outbox. Call " +
            $"AddEvent<{domainEvent.GetType().Name}>(), or AddEventsFromAssembly, on the builder of AddDomainEvents.");

    internal RegisteredEventType? Find(string name) => _byName.GetValueOrDefault(name);
}
