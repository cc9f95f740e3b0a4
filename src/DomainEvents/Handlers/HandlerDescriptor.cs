namespace DomainEvents;

/// <summary>Says which handler it is. Immutable.</summary>
/// <param name="Name">The name, unique among the handlers of a container.</param>
/// <param name="EventType">The type it subscribed to: the event's own, a base type or an interface.</param>
/// <param name="HandlerType">The handler's class; <see langword="null"/> for a delegate, or where it is not known yet.</param>
/// <param name="Order">Lower runs earlier.</param>
public sealed record HandlerDescriptor(string Name, Type EventType, Type? HandlerType, int Order);
