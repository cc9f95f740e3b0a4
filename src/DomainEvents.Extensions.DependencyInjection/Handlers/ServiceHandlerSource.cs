using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Handlers;

/// <summary>A handler that is the only one behind its service type: the container resolves it.</summary>
internal sealed class ServiceHandlerSource(
    Type serviceType, ServiceLifetime lifetime, Type? handlerType, ObjectFactory? scopeFreeFactory) : HandlerSource
{
    public override Type? HandlerType => handlerType;

    public override bool IsSingleton => lifetime == ServiceLifetime.Singleton;

    public override ObjectFactory? ScopeFreeFactory => scopeFreeFactory;

    public override object Resolve(IServiceProvider services) => services.GetRequiredService(serviceType);
}
