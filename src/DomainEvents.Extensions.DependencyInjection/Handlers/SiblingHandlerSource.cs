using System.Diagnostics.CodeAnalysis;
using DomainEvents.Registration;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Handlers;

/// <summary>One of several singletons behind one service type: the container's own instance, found by its position.</summary>
internal sealed class SiblingHandlerSource(ServiceDescriptor descriptor, int position, Type? handlerType) : HandlerSource
{
    public override Type? HandlerType => handlerType;

    public override bool IsSingleton => true;

    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Handler interfaces are reference types, whose collections share code.")]
    [UnconditionalSuppressMessage("Trimming", "IL2072", Justification = "ServiceDescriptor keeps the public constructors of its implementation type.")]
    public override object Resolve(IServiceProvider services)
    {
        try
        {
            // Siblings may be scoped; they are made, and disposed, in a scope.
            using var scope = new InspectionScope(services);
            return scope.Services.GetServices(descriptor.ServiceType).ElementAt(position)!;
        }
#pragma warning disable CA1031 // a sibling that cannot be made must not stop this one
        catch (Exception)
#pragma warning restore CA1031
        {
            return descriptor.ImplementationFactory?.Invoke(services)
                ?? ActivatorUtilities.CreateInstance(services, descriptor.ImplementationType!);
        }
    }
}
