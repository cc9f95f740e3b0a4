using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using DomainEvents;
using DomainEvents.Background;
using DomainEvents.Handlers;
using DomainEvents.Registration;
using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds domain events to a container.</summary>
public static class DomainEventsServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="IEventBus"/> and <see cref="IEventPublisher"/> (singletons, immediate) and
    /// <see cref="IEventDispatcher"/> (scoped, publishes after commit). May be called repeatedly.
    /// </summary>
    /// <param name="services">The container's services.</param>
    /// <param name="configure">Sets the options of the bus; runs when the bus is first resolved.</param>
    /// <returns>A builder that adds handlers and more.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is <see langword="null"/>.</exception>
    /// <remarks>
    /// Handlers that are registered plainly, as <c>services.AddScoped&lt;IEventHandler&lt;OrderPlaced&gt;, SendEmail&gt;()</c>,
    /// before or after this call, are found as well.
    /// </remarks>
    public static DomainEventsBuilder AddDomainEvents(this IServiceCollection services, Action<EventBusOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (configure is not null)
        {
            services.Configure(configure);
        }

        services.AddOptions();
        services.TryAddSingleton(root => new EventBusHost(services, root));
        services.TryAddSingleton<IEventBus>(root => root.GetRequiredService<EventBusHost>().Bus);
        services.TryAddSingleton<IEventPublisher>(root => root.GetRequiredService<IEventBus>());
        services.TryAddSingleton<BackgroundQueue>();
        services.TryAddScoped<HandlerInstances>();
        services.TryAddScoped<IEventDispatcher, EventDispatcher>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, DomainEventsHostedService>());
        return new DomainEventsBuilder(services);
    }

    /// <summary>As <see cref="AddDomainEvents(IServiceCollection, Action{EventBusOptions})"/>, and adds the handlers of assemblies.</summary>
    /// <param name="services">The container's services.</param>
    /// <param name="handlerAssemblies">Each is scanned as by <see cref="DomainEventsBuilder.AddHandlersFromAssembly"/>.</param>
    /// <returns>A builder that adds handlers and more.</returns>
    /// <exception cref="ArgumentNullException">An argument, or one of the assemblies, is <see langword="null"/>.</exception>
    [RequiresUnreferencedCode(DomainEventsBuilder.ScanNeedsAllTypes)]
    public static DomainEventsBuilder AddDomainEvents(this IServiceCollection services, params Assembly[] handlerAssemblies)
    {
        ArgumentNullException.ThrowIfNull(handlerAssemblies);
        return AddHandlers(services.AddDomainEvents(configure: null), handlerAssemblies);
    }

    /// <summary>As <see cref="AddDomainEvents(IServiceCollection, Action{EventBusOptions})"/>, and adds the handlers of assemblies.</summary>
    /// <param name="services">The container's services.</param>
    /// <param name="configure">Sets the options of the bus; runs when the bus is first resolved.</param>
    /// <param name="handlerAssembly">Scanned as by <see cref="DomainEventsBuilder.AddHandlersFromAssembly"/>.</param>
    /// <param name="moreHandlerAssemblies">Scanned likewise.</param>
    /// <returns>A builder that adds handlers and more.</returns>
    /// <exception cref="ArgumentNullException">An argument, or one of the assemblies, is <see langword="null"/>.</exception>
    [RequiresUnreferencedCode(DomainEventsBuilder.ScanNeedsAllTypes)]
    public static DomainEventsBuilder AddDomainEvents(
        this IServiceCollection services,
        Action<EventBusOptions> configure,
        Assembly handlerAssembly,
        params Assembly[] moreHandlerAssemblies)
    {
        ArgumentNullException.ThrowIfNull(configure);
        ArgumentNullException.ThrowIfNull(moreHandlerAssemblies);
        return AddHandlers(services.AddDomainEvents(configure), [handlerAssembly, .. moreHandlerAssemblies]);
    }

    [RequiresUnreferencedCode(DomainEventsBuilder.ScanNeedsAllTypes)]
    private static DomainEventsBuilder AddHandlers(DomainEventsBuilder builder, IEnumerable<Assembly> assemblies)
    {
        foreach (var assembly in assemblies)
        {
            builder.AddHandlersFromAssembly(assembly);
        }

        return builder;
    }
}
