namespace DomainEvents;

/// <summary>Gives a handler class a stable name and a place among its siblings.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class EventHandlerAttribute : Attribute
{
    /// <summary>
    /// The name under which the handler is logged, measured and, with an outbox, remembered: stable across renames of
    /// the class. <see langword="null"/> (the default): the full name of the class.
    /// </summary>
    public string? Name { get; init; }

    /// <summary>Handlers with a lower order run, and end, before those with a higher one. The default is 0.</summary>
    public int Order { get; init; }
}
