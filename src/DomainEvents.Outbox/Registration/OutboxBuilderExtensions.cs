using DomainEvents.Outbox;

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
        ArgumentNullException.ThrowIfNull(builder);
        var options = builder.Services.AddOptions<OutboxOptions>();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        return builder;
    }
}
