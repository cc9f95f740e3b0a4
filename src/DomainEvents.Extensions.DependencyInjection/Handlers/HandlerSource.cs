using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Handlers;

/// <summary>Where the instances of one handler come from.</summary>
internal abstract class HandlerSource
{
    /// <summary>The handler's class; <see langword="null"/> where only an instance can tell.</summary>
    public abstract Type? HandlerType { get; }

    /// <summary>Whether one instance, which needs no scope, serves all calls.</summary>
    public abstract bool IsSingleton { get; }

    /// <summary>Makes an instance from the root provider, where that is the same as making it in a scope.</summary>
    public virtual ObjectFactory? ScopeFreeFactory => null;

    public abstract object Resolve(IServiceProvider services);

    public static HandlerSource Of(ServiceDescriptor descriptor, ServiceDescriptor[] siblings, ObjectFactory? scopeFreeFactory) =>
        descriptor.ImplementationInstance is { } instance ? new InstanceHandlerSource(instance)
        : siblings.Length == 1 ? new ServiceHandlerSource(descriptor.ServiceType, descriptor.Lifetime, ClassOf(descriptor), scopeFreeFactory)
        : descriptor.Lifetime == ServiceLifetime.Singleton ? new SiblingHandlerSource(descriptor, Array.IndexOf(siblings, descriptor), ClassOf(descriptor))
        : new DescriptorHandlerSource(descriptor, ClassOf(descriptor));

    // AddScoped<TService, TImplementation>(factory) keeps the class in the type of the factory.
    private static Type? ClassOf(ServiceDescriptor descriptor) =>
        descriptor.ImplementationType
        ?? (descriptor.ImplementationFactory?.GetType().GenericTypeArguments is [_, { IsClass: true, IsAbstract: false } type]
            && type != typeof(object) ? type : null);
}
