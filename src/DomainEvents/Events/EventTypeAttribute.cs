namespace DomainEvents;

/// <summary>Gives an event the public name under which it is stored, sent and measured.</summary>
/// <remarks>
/// The name is a promise to everything outside the process: it stays when the class is renamed or moved. Without the
/// attribute an event goes by the full name of its class.
/// </remarks>
/// <param name="name">The name, for instance <c>shop.order-placed</c>. Not empty, not white space.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class EventTypeAttribute(string name) : Attribute
{
    private readonly int _version = 1;

    /// <summary>The stored, public name of the event.</summary>
    /// <exception cref="ArgumentException">The name is <see langword="null"/>, empty or white space.</exception>
    public string Name { get; } = string.IsNullOrWhiteSpace(name)
        ? throw new ArgumentException("An event type needs a name, for instance [EventType(\"shop.order-placed\")].", nameof(name))
        : name;

    /// <summary>The version of the event's shape, 1 or higher. The default is 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The version is below 1.</exception>
    public int Version
    {
        get => _version;
        init => _version = value >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "The version of an event type starts at 1.");
    }
}
