using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace DomainEvents;

/// <summary>The name and order of a handler class, per event type that it handles.</summary>
internal static class HandlerIdentity
{
    public static HandlerDescriptor Describe(Type handlerType, Type eventType)
    {
        var attribute = handlerType.GetCustomAttribute<EventHandlerAttribute>(inherit: false);
        var name = attribute?.Name ?? TypeNames.FullName(handlerType);
        return new HandlerDescriptor(
            HandlesSeveral(handlerType) ? $"{name}/{TypeNames.FullName(eventType)}" : name,
            eventType,
            handlerType,
            attribute?.Order ?? 0);
    }

    /// <summary>The event types of all the <see cref="IEventHandler{TEvent}"/> that a class implements.</summary>
    public static IEnumerable<Type> EventTypesOf(
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.Interfaces)] Type handlerType) =>
        handlerType.GetInterfaces().Where(IsHandlerInterface).Select(type => type.GenericTypeArguments[0]);

    public static bool IsHandlerInterface(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IEventHandler<>);

    [UnconditionalSuppressMessage("Trimming", "IL2067", Justification =
        "A handler interface that is trimmed from a class is one that nobody can call: only the name loses its suffix.")]
    private static bool HandlesSeveral(Type handlerType) => EventTypesOf(handlerType).Skip(1).Any();
}
