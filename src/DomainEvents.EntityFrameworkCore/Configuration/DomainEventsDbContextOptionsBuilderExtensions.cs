using DomainEvents.EntityFrameworkCore.Capture;
using DomainEvents.EntityFrameworkCore.Configuration;
using DomainEvents.EntityFrameworkCore.Outbox;
using DomainEvents.EntityFrameworkCore.Transactions;
using DomainEvents.Registration;
using DomainEvents.Transactions;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.EntityFrameworkCore;

/// <summary>Connects a <see cref="DbContext"/> to the events of the aggregates that it saves.</summary>
public static class DomainEventsDbContextOptionsBuilderExtensions
{
    /// <summary>
    /// Collects the events of tracked aggregates at each save, runs before-commit handlers within it, and publishes when
    /// the rows have really been committed, by whatever way.
    /// </summary>
    /// <param name="options">The options of the context. Call it behind <c>AddInterceptors</c>, so that events which interceptors raise are seen.</param>
    /// <param name="services">
    /// The provider that <c>AddDbContext</c> hands over: the scope whose <see cref="DomainEvents.Transactions.IEventDispatcher"/>
    /// the context belongs to. With pools and factories it is the container: there the context belongs to no scope
    /// until <c>IEventDispatcher.Attach</c> joins it to one.
    /// </param>
    /// <returns>The options, for chaining.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">The container lacks <c>AddDomainEvents</c>.</exception>
    public static DbContextOptionsBuilder UseDomainEvents(this DbContextOptionsBuilder options, IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(services);
        if (services.GetService<EventBusHost>() is null)
        {
            throw new InvalidOperationException("UseDomainEvents needs the services of AddDomainEvents: call services.AddDomainEvents() as well.");
        }

        // Where the provider is found again. Not kept in the extension: Entity Framework Core caches those for ever.
        var core = options.Options.FindExtension<CoreOptionsExtension>() ?? new CoreOptionsExtension();
        var isNew = options.Options.FindExtension<DomainEventsOptionsExtension>() is null;
        if (isNew)
        {
            // As AddInterceptors and ReplaceService do, but in one go: every one of these copies all options, in every scope.
            core = core.WithInterceptors([SavingChangesInterceptor.Instance])
                .WithReplacedService(typeof(IRelationalTransactionFactory), typeof(TellingTransactionFactory), typeof(RelationalTransactionFactory));
            if (services.GetService<IServiceProviderIsService>()?.IsService(typeof(IEventOutbox)) is not false)
            {
                core = core.WithReplacedService(typeof(IDatabase), typeof(StoringDatabase), typeof(RelationalDatabase));
            }
        }

        if (core.ApplicationServiceProvider != services)
        {
            core = core.WithApplicationServiceProvider(services);
        }

        var extensions = (IDbContextOptionsBuilderInfrastructure)options;
        extensions.AddOrUpdateExtension(core);
        if (isNew)
        {
            extensions.AddOrUpdateExtension(DomainEventsOptionsExtension.Instance);
        }

        return options;
    }

    /// <inheritdoc cref="UseDomainEvents(DbContextOptionsBuilder, IServiceProvider)"/>
    /// <typeparam name="TContext">The type of the context.</typeparam>
    public static DbContextOptionsBuilder<TContext> UseDomainEvents<TContext>(
        this DbContextOptionsBuilder<TContext> options, IServiceProvider services)
        where TContext : DbContext
    {
        UseDomainEvents((DbContextOptionsBuilder)options, services);
        return options;
    }
}
