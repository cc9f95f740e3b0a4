using System.Reflection;

namespace DomainEvents.Outbox;

/// <summary>A type of events with the name and the version under which it is stored.</summary>
internal sealed record RegisteredEventType(Type Type, string Name, int Version)
{
    private const int LongestName = 200;

    /// <summary>Whether a scan takes it: a closed class that can be made.</summary>
    public static bool CanBeEvent(Type type) =>
        type is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false } && type.IsAssignableTo(typeof(IDomainEvent));

    public static RegisteredEventType Of(Type type)
    {
        if (!CanBeEvent(type))
        {
            throw new ArgumentException(
                $"{TypeNames.FullName(type)} cannot be registered as an event: it must be a class that is not abstract, has no open " +
                "type parameters and implements IDomainEvent.",
                nameof(type));
        }

        var attribute = AttributeOf(type);
        var name = attribute?.Name ?? TypeNames.FullName(type);
        return StoredName.Fits(name, LongestName)
            ? new RegisteredEventType(type, name, attribute?.Version ?? 1)
            : throw new ArgumentException(
                $"The name of the event type {TypeNames.FullName(type)} cannot be stored: it has more than {LongestName} characters, or " +
                "control characters or surrogates. Give it another with [EventType(\"...\")].",
                nameof(type));
    }

    private static EventTypeAttribute? AttributeOf(Type type)
    {
        try
        {
            return type.GetCustomAttribute<EventTypeAttribute>(inherit: false);
        }
        catch (ArgumentException exception)
        {
            // Attributes are made when somebody asks for them, and this one does not know where it stands.
            throw new ArgumentException($"The [EventType] of {TypeNames.FullName(type)} is none: {exception.Message}", nameof(type), exception);
        }
    }
}
