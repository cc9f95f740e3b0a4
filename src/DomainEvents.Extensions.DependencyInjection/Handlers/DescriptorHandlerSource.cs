using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Handlers;

/// <summary>
/// One of several handlers behind one service type. The container could only make all of them together; this makes the
/// one, and keeps it in its scope.
/// </summary>
internal sealed class DescriptorHandlerSource : HandlerSource
{
    private readonly Func<IServiceProvider, object> _create;
    private readonly bool _keepInScope;

    [UnconditionalSuppressMessage("Trimming", "IL2072", Justification = "ServiceDescriptor keeps the public constructors of its implementation type.")]
    public DescriptorHandlerSource(ServiceDescriptor descriptor, Type? handlerType)
    {
        HandlerType = handlerType;
        _keepInScope = descriptor.Lifetime == ServiceLifetime.Scoped;
        if (descriptor.ImplementationFactory is { } factory)
        {
            _create = factory;
        }
        else
        {
            // As the container does, it takes of several constructors the one that the services can fill.
            _create = services => ActivatorUtilities.CreateInstance(services, descriptor.ImplementationType!);
        }
    }

    public override Type? HandlerType { get; }

    public override bool IsSingleton => false;

    public override object Resolve(IServiceProvider services)
    {
        var instances = services.GetRequiredService<HandlerInstances>();
        return _keepInScope ? instances.GetOrAdd(this, _create, services) : instances.Add(_create(services));
    }
}
