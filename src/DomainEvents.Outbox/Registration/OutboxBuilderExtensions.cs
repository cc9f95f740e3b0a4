using System.Reflection;
using DomainEvents;
using DomainEvents.Outbox;
using DomainEvents.Outbox.Diagnostics;
using DomainEvents.Outbox.Operations;
using DomainEvents.Outbox.Registration;
using DomainEvents.Outbox.Relay;
using DomainEvents.Outbox.Serialization;
using DomainEvents.Outbox.Writing;
using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the outbox to domain events.</summary>
public static class OutboxBuilderExtensions
{
    /// <summary>
    /// Adds the outbox over the <see cref="IOutboxStore"/> that is registered: for the packages of stores, which call it. Applications call
    /// theirs, <c>UsePostgreSqlOutbox</c> or <c>UseSqliteOutbox</c>.
    /// </summary>
    /// <param name="builder">The builder of <c>AddDomainEvents</c>.</param>
    /// <param name="configure">Sets the options; runs when the outbox is first used. <see langword="null"/>: the defaults.</param>
    /// <returns>The builder, for chaining.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is <see langword="null"/>.</exception>
    public static DomainEventsBuilder AddOutbox(this DomainEventsBuilder builder, Action<OutboxOptions>? configure = null)
    {
        var services = AddRegistry(builder);
        var options = services.AddOptions<OutboxOptions>();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddSingleton<EventSerializer>();
        services.TryAddSingleton<OutboxStoreSource>();
        services.TryAddSingleton(root => new StoreFailureLog(
            root.GetService<ILogger<IOutboxRelay>>() ?? NullLogger<IOutboxRelay>.Instance, root.GetRequiredService<IOptions<EventBusOptions>>().Value.TimeProvider));
        services.TryAddSingleton<OutboxSignal>();
        services.TryAddSingleton<IEventOutbox, OutboxWriter>();
        services.TryAddSingleton<OutboxRelay>();
        services.TryAddSingleton<IOutboxRelay>(root => root.GetRequiredService<OutboxRelay>());
        services.TryAddSingleton<IOutboxInspector, OutboxInspector>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, OutboxRelay>(root => root.GetRequiredService<OutboxRelay>()));
        return builder;
    }

    /// <summary>Adds a type of event to the <see cref="EventTypeRegistry"/>: it can be stored from then on. Twice is as once.</summary>
    /// <remarks>
    /// Two types of one name, or a name that cannot be stored, are errors when the host starts. A type that has after-commit handlers and is
    /// not registered is told as a warning then, and is no error, as it may be published in memory only, by <see cref="IEventBus"/>.
    /// </remarks>
    /// <typeparam name="TEvent">The type.</typeparam>
    /// <param name="builder">The builder of <c>AddDomainEvents</c>.</param>
    /// <returns>The builder, for chaining.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is <see langword="null"/>.</exception>
    public static DomainEventsBuilder AddEvent<TEvent>(this DomainEventsBuilder builder)
        where TEvent : class, IDomainEvent
    {
        AddRegistry(builder).AddSingleton(new EventTypeSource([typeof(TEvent)]));
        return builder;
    }

    /// <summary>Adds every event of an assembly, also internal and nested ones. Abstract and open generic classes are skipped.</summary>
    /// <param name="builder">The builder of <c>AddDomainEvents</c>.</param>
    /// <param name="assembly">The assembly.</param>
    /// <returns>The builder, for chaining.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ReflectionTypeLoadException">A type of the assembly cannot be loaded.</exception>
    public static DomainEventsBuilder AddEventsFromAssembly(this DomainEventsBuilder builder, Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        AddRegistry(builder).AddSingleton(new EventTypeSource([.. assembly.GetTypes().Where(RegisteredEventType.CanBeEvent)]));
        return builder;
    }

    private static IServiceCollection AddRegistry(DomainEventsBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton(root => new EventTypeRegistry(root.GetServices<EventTypeSource>().SelectMany(source => source.Types)));
        return builder.Services;
    }
}
