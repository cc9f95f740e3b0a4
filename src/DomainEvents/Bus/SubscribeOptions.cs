namespace DomainEvents;

/// <summary>How a handler is subscribed at run time. Immutable.</summary>
public sealed class SubscribeOptions
{
    /// <summary>
    /// Lower runs earlier. The default, 0, leaves the order to the <see cref="EventHandlerAttribute"/> of the handler.
    /// </summary>
    public int Order { get; init; }

    /// <summary>The handler's name; <see langword="null"/> for the default.</summary>
    public string? Name { get; init; }
}
