using System.Reflection;

namespace DomainEvents;

/// <summary>What an event type is called in logs, metrics and messages.</summary>
internal static class EventTypeName
{
    public static string Of(Type eventType) =>
        eventType.GetCustomAttribute<EventTypeAttribute>(inherit: false)?.Name ?? TypeNames.FullName(eventType);
}
