using DomainEvents.EntityFrameworkCore.Configuration;
using Microsoft.EntityFrameworkCore;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Connects contexts of Entity Framework Core to the outbox.</summary>
public static class DomainEventsBuilderExtensions
{
    /// <summary>
    /// Stores the events of a type of context in the outbox, with the data of the save: handlers get them from there,
    /// before-commit handlers excepted. The context needs <c>UseDomainEvents</c>, and the container a store in the same database.
    /// </summary>
    /// <typeparam name="TContext">The type of the context; types that derive from it are meant as well.</typeparam>
    /// <param name="builder">The builder of <c>AddDomainEvents</c>.</param>
    /// <returns>The builder, for chaining.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is <see langword="null"/>.</exception>
    public static DomainEventsBuilder AddEntityFrameworkOutbox<TContext>(this DomainEventsBuilder builder)
        where TContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton(new OutboxContext(typeof(TContext)));
        return builder;
    }
}
