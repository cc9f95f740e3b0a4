using System.Diagnostics.CodeAnalysis;
using DomainEvents.Diagnostics;
using DomainEvents.Handlers;
using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DomainEvents.Registration;

/// <summary>
/// Reads the handlers off a container's services, in the order of registration: those of <c>AddHandler</c> and scans,
/// and those that were registered plainly as <see cref="IEventHandler{TEvent}"/>.
/// </summary>
internal sealed class HandlerCatalog(IServiceCollection services, IServiceProvider root, ILogger logger)
{
    private readonly ServiceMap _services = new(services);
    private readonly List<ContainerHandler> _handlers = [];
    private readonly HashSet<(Type Handler, Type Event)> _known = [];
    private readonly Dictionary<(Type Handler, Type Event), Delegate> _factories = [];
    private readonly HashSet<(Type Handler, Type Event)> _instances =
    [
        .. services
            .Where(descriptor => IsPlain(descriptor) && descriptor.ImplementationInstance is not null)
            .Select(descriptor => (descriptor.ImplementationInstance!.GetType(), descriptor.ServiceType.GenericTypeArguments[0])),
    ];

    private readonly IServiceProviderIsService? _container = root.GetService<IServiceProviderIsService>();

    public IReadOnlyList<ContainerHandler> Read()
    {
        var plain = services.Where(IsPlain).ToLookup(descriptor => descriptor.ServiceType);
        // The services may still grow when the container is built, but not while they are read.
        foreach (var descriptor in services.ToArray())
        {
            if (descriptor.IsKeyedService)
            {
                continue;
            }

            if (descriptor.ImplementationInstance is HandlerClass { Type: var type })
            {
                AddClass(type);
            }
            else if (IsPlain(descriptor))
            {
                AddPlain(descriptor, [.. plain[descriptor.ServiceType]]);
            }
        }

        CheckNames();
        return _handlers;
    }

    private void AddClass([DynamicallyAccessedMembers(HandlerClass.Members)] Type type)
    {
        // The class may have been taken out of the services again.
        if (_services.Find(type) is { } descriptor && IsInContainer(type))
        {
            var source = new ServiceHandlerSource(type, descriptor.Lifetime, type, _services.ScopeFreeFactoryOf(type));
            foreach (var eventType in HandlerIdentity.EventTypesOf(type))
            {
                Add(type, eventType, source);
            }
        }
    }

    private static bool IsPlain(ServiceDescriptor descriptor) =>
        !descriptor.IsKeyedService && HandlerIdentity.IsHandlerInterface(descriptor.ServiceType);

    /// <summary>The services may have grown since the container was built, for the sake of another one.</summary>
    private bool IsInContainer(Type serviceType) => _container?.IsService(serviceType) ?? true;

    private void AddPlain(ServiceDescriptor descriptor, ServiceDescriptor[] siblings)
    {
        if (descriptor.ServiceType.ContainsGenericParameters)
        {
            throw new InvalidOperationException(
                $"{TypeNames.FullName(descriptor.ImplementationType ?? descriptor.ServiceType)} is registered as an open generic event handler, " +
                "which cannot be matched to events. Register a class that implements IEventHandler<TEvent> for a closed type; " +
                "IEventHandler<IDomainEvent> handles every event.");
        }

        if (!IsInContainer(descriptor.ServiceType) || IsRepeated(descriptor, siblings))
        {
            return;
        }

        var source = HandlerSource.Of(descriptor, siblings, _services.ScopeFreeFactoryOf(descriptor.ServiceType));
        var eventType = descriptor.ServiceType.GenericTypeArguments[0];
        var handlerType = source.HandlerType ?? Inspect(source, descriptor.ServiceType);
        if (handlerType is not null)
        {
            Add(handlerType, eventType, source, isInstance: descriptor.ImplementationInstance is not null || IsAnotherFactory(descriptor, handlerType, eventType));
        }
        else
        {
            var name = $"{TypeNames.FullName(descriptor.ServiceType)}#{Array.IndexOf(siblings, descriptor)}";
            Add(new HandlerDescriptor(name, eventType, null, 0), TransactionPhase.AfterCommit, source);
        }
    }

    /// <summary>One object that is registered again is still one handler.</summary>
    private static bool IsRepeated(ServiceDescriptor descriptor, ServiceDescriptor[] siblings) =>
        descriptor.ImplementationInstance is { } instance
        && Array.Find(siblings, sibling => ReferenceEquals(sibling.ImplementationInstance, instance)) != descriptor;

    /// <summary>Two factories of one class make two handlers, unless they are the same, registered twice.</summary>
    private bool IsAnotherFactory(ServiceDescriptor descriptor, Type handlerType, Type eventType) =>
        descriptor.ImplementationFactory is { } factory
        && !_factories.TryAdd((handlerType, eventType), factory)
        && !factory.Equals(_factories[(handlerType, eventType)]);

    private void Add(Type handlerType, Type eventType, HandlerSource source, bool isInstance = false)
    {
        // Twice is as once, and an object takes the place of its class; but two objects are two handlers, and clash by name.
        if (isInstance || (!_instances.Contains((handlerType, eventType)) && _known.Add((handlerType, eventType))))
        {
            Add(HandlerIdentity.Describe(handlerType, eventType), TransactionPhases.Of(handlerType), source);
        }
    }

    private void Add(HandlerDescriptor descriptor, TransactionPhase phase, HandlerSource source) =>
        _handlers.Add(ContainerHandler.Create(descriptor, phase, source, root));

    /// <summary>The class behind a factory, from its first instance; <see langword="null"/> when the factory fails now.</summary>
    private Type? Inspect(HandlerSource source, Type serviceType)
    {
        using var scope = new InspectionScope(root);
        try
        {
            return source.Resolve(scope.Services).GetType();
        }
#pragma warning disable CA1031 // it may fail for reasons that do not hold later; then each call reports it
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.Contained(() => TransactionLog.HandlerFactoryFailed(logger, exception, TypeNames.FullName(serviceType)));
            return null;
        }
    }

    private void CheckNames()
    {
        foreach (var clash in _handlers.GroupBy(handler => handler.Descriptor.Name, StringComparer.Ordinal).Where(group => group.Skip(1).Any()))
        {
            var types = string.Join(" and ", clash.Select(handler =>
                handler.Descriptor.HandlerType is { } type ? TypeNames.FullName(type) : "a factory"));
            throw new InvalidOperationException(
                $"Several event handlers are named '{clash.Key}': {types}. A name identifies one handler; " +
                "give each class its own with [EventHandler(Name = \"...\")], and register an instance once.");
        }
    }
}
