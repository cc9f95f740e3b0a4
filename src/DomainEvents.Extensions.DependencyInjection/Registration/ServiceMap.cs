using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Registration;

/// <summary>Finds the service that a container resolves, and whether it needs a scope for that.</summary>
internal sealed class ServiceMap(IEnumerable<ServiceDescriptor> services)
{
    private readonly Dictionary<Type, ServiceDescriptor> _services = services
        .Where(descriptor => !descriptor.IsKeyedService)
        .GroupBy(descriptor => descriptor.ServiceType)
        .ToDictionary(group => group.Key, group => group.Last());

    private readonly Dictionary<Type, bool> _answers = [];

    /// <summary>What a container resolves: the last registration, or that of the open generic.</summary>
    public ServiceDescriptor? Find(Type serviceType) =>
        _services.GetValueOrDefault(serviceType)
        ?? (serviceType.IsGenericType ? _services.GetValueOrDefault(serviceType.GetGenericTypeDefinition()) : null);

    /// <summary>
    /// Makes a transient service from the root provider, where that is the same as making it in a scope: everything it
    /// is made of, all the way down, is a singleton, or transient with nothing to dispose. <see langword="null"/> where
    /// it needs a scope, or cannot be seen through: a factory, a collection, several constructors.
    /// </summary>
    public ObjectFactory? ScopeFreeFactoryOf(Type serviceType) =>
        ScopeFreeClassOf(serviceType) is { } type ? ActivatorUtilities.CreateFactory(type, Type.EmptyTypes) : null;

    [return: DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    private Type? ScopeFreeClassOf(Type serviceType) =>
        Find(serviceType) is { Lifetime: ServiceLifetime.Transient, ImplementationType: { } type } && IsScopeFree(type) ? type : null;

    private bool IsScopeFree([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type type)
    {
        if (!_answers.TryGetValue(type, out var answer))
        {
            _answers[type] = false; // what depends on itself cannot be made at all
            _answers[type] = answer =
                !type.ContainsGenericParameters
                && !type.IsAssignableTo(typeof(IDisposable))
                && !type.IsAssignableTo(typeof(IAsyncDisposable))
                && type.GetConstructors() is [var constructor]
                && Array.TrueForAll(constructor.GetParameters(), parameter =>
                    parameter.GetCustomAttributes(inherit: false).Length == 0 && IsSharedOrScopeFree(parameter.ParameterType));
        }

        return answer;
    }

    private bool IsSharedOrScopeFree(Type serviceType) =>
        Find(serviceType)?.Lifetime == ServiceLifetime.Singleton || ScopeFreeClassOf(serviceType) is not null;
}
