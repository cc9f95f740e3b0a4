using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using DomainEvents;
using DomainEvents.Background;
using DomainEvents.Registration;
using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds handlers, middleware and options to domain events. Not thread-safe, like the services it adds to.</summary>
public sealed class DomainEventsBuilder
{
    internal const string ScanNeedsAllTypes =
        "Trimming may remove handlers that only a scan would find. Register them with AddHandler<THandler>().";

    internal DomainEventsBuilder(IServiceCollection services) => Services = services;

    /// <summary>The services of the container.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Adds a handler class, for each <see cref="IEventHandler{TEvent}"/> that it implements. Twice is as once.</summary>
    /// <typeparam name="THandler">The class.</typeparam>
    /// <param name="lifetime">How long an instance lives. A class that is registered already keeps its lifetime.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The type is abstract or implements no <see cref="IEventHandler{TEvent}"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="lifetime"/> is not defined.</exception>
    public DomainEventsBuilder AddHandler<
        [DynamicallyAccessedMembers(HandlerClass.Members)] THandler>(ServiceLifetime lifetime = ServiceLifetime.Scoped)
        where THandler : class
    {
        HandlerClass.Add(Services, typeof(THandler), lifetime);
        return this;
    }

    /// <summary>
    /// Adds every handler class of an assembly, also internal and nested ones. Abstract and open generic classes are
    /// skipped.
    /// </summary>
    /// <param name="assembly">The assembly.</param>
    /// <param name="lifetime">How long instances live.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="assembly"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="lifetime"/> is not defined.</exception>
    /// <exception cref="ReflectionTypeLoadException">A type of the assembly cannot be loaded.</exception>
    [RequiresUnreferencedCode(ScanNeedsAllTypes)]
    public DomainEventsBuilder AddHandlersFromAssembly(Assembly assembly, ServiceLifetime lifetime = ServiceLifetime.Scoped)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        foreach (var type in assembly.GetTypes())
        {
            if (HandlerClass.CanBeHandler(type))
            {
                HandlerClass.Add(Services, type, lifetime);
            }
        }

        return this;
    }

    /// <summary>As <see cref="AddHandlersFromAssembly"/>, for the assembly that holds a type, with scoped handlers.</summary>
    /// <typeparam name="T">Any type of the assembly.</typeparam>
    /// <returns>This builder.</returns>
    [RequiresUnreferencedCode(ScanNeedsAllTypes)]
    public DomainEventsBuilder AddHandlersFromAssemblyContaining<T>() => AddHandlersFromAssembly(typeof(T).Assembly);

    /// <summary>
    /// Adds a middleware around every handler call, run-time subscriptions included. It is a singleton; the first one
    /// added is outermost; twice is as once.
    /// </summary>
    /// <typeparam name="TMiddleware">The middleware's class.</typeparam>
    /// <returns>This builder.</returns>
    public DomainEventsBuilder AddMiddleware<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TMiddleware>()
        where TMiddleware : class, IEventMiddleware
    {
        Services.TryAddSingleton<TMiddleware>();
        Services.TryAddEnumerable(ServiceDescriptor.Singleton<MiddlewareMarker, MiddlewareMarker<TMiddleware>>());
        return this;
    }

    /// <summary>Sets how transactions behave.</summary>
    /// <param name="configure">Sets the options; runs when the first dispatcher is resolved.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="configure"/> is <see langword="null"/>.</exception>
    public DomainEventsBuilder ConfigureTransactions(Action<EventTransactionOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        Services.Configure(configure);
        return this;
    }

    /// <summary>
    /// Moves all work after a transaction to a bounded queue in the background: commits return at once, and wait only
    /// while the queue is full.
    /// </summary>
    /// <param name="configure">Sets the options; runs when the queue is first used.</param>
    /// <returns>This builder.</returns>
    public DomainEventsBuilder AddBackgroundDispatch(Action<BackgroundDispatchOptions>? configure = null)
    {
        Services.Configure<BackgroundDispatchOptions>(options =>
        {
            options.TakesEverything = true;
            configure?.Invoke(options);
        });
        return this;
    }
}
