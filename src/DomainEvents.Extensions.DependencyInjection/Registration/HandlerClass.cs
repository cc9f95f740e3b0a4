using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace DomainEvents.Registration;

/// <summary>A handler class that was registered by <c>AddHandler</c> or by a scan. Stands among the services, in order.</summary>
internal sealed class HandlerClass
{
    public const DynamicallyAccessedMemberTypes Members =
        DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.Interfaces;

    private HandlerClass([DynamicallyAccessedMembers(Members)] Type type) => Type = type;

    [DynamicallyAccessedMembers(Members)]
    public Type Type { get; }

    public static bool CanBeHandler([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.Interfaces)] Type type) =>
        type is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false }
        && HandlerIdentity.EventTypesOf(type).Any();

    public static void Add(IServiceCollection services, [DynamicallyAccessedMembers(Members)] Type type, ServiceLifetime lifetime)
    {
        if (!Enum.IsDefined(lifetime))
        {
            throw new ArgumentOutOfRangeException(nameof(lifetime), lifetime, "The lifetime must be Singleton, Scoped or Transient.");
        }

        if (!CanBeHandler(type))
        {
            throw new ArgumentException(
                $"{TypeNames.FullName(type)} cannot be registered as an event handler: it must be a class that is not abstract, " +
                "has no open type parameters and implements IEventHandler<TEvent> for at least one event.",
                nameof(type));
        }

        services.TryAdd(new ServiceDescriptor(type, type, lifetime));
        services.AddSingleton(new HandlerClass(type));
    }
}
