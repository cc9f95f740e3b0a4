namespace DomainEvents.Outbox;

/// <summary>That a process has a handler for a type of event.</summary>
/// <param name="Handler">The name of the handler.</param>
/// <param name="EventType">The stored name of the type.</param>
public readonly record struct HandlerAnnouncement(string Handler, string EventType);
