using DomainEvents.Outbox;
using DomainEvents.Outbox.Operations;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the outbox to health checks.</summary>
public static class OutboxHealthChecksBuilderExtensions
{
    private static readonly TimeSpan DefaultDegradedAfter = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Adds a check of the outbox: degraded when its oldest pending event waits too long, by the clock of the database, and unhealthy when
    /// its store cannot be reached. The data of the result says how many events are <c>pending</c>, and how many deliveries are
    /// <c>retrying</c>, <c>dead</c> and <c>parked</c>; these do not make it unhealthy, as nothing else waits for them.
    /// </summary>
    /// <param name="builder">The builder of <c>AddHealthChecks</c>.</param>
    /// <param name="name">The name of the check.</param>
    /// <param name="failureStatus">What is reported when the store cannot be reached; <see langword="null"/>: <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">The tags of the check; <see langword="null"/>: none.</param>
    /// <param name="degradedAfter">How long the oldest pending event may wait, more than zero; <see langword="null"/>: one minute.</param>
    /// <param name="timeout">How long the store may take to answer, more than zero; <see langword="null"/>: five seconds.</param>
    /// <returns>The builder, for chaining.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> or <paramref name="name"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="degradedAfter"/> or <paramref name="timeout"/> is zero or less.</exception>
    public static IHealthChecksBuilder AddDomainEventsOutbox(
        this IHealthChecksBuilder builder,
        string name = "domain_events_outbox",
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null,
        TimeSpan? degradedAfter = null,
        TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(name);
        var limit = degradedAfter ?? DefaultDegradedAfter;
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(limit, TimeSpan.Zero, nameof(degradedAfter));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout ?? DefaultTimeout, TimeSpan.Zero, nameof(timeout));
        return builder.Add(new HealthCheckRegistration(
            name,
            services => new OutboxHealthCheck(
                services.GetService<IOutboxInspector>() ?? throw new InvalidOperationException(
                    $"The health check '{name}' looks at an outbox, and there is none. Call UsePostgreSqlOutbox or UseSqliteOutbox on the builder of AddDomainEvents."),
                limit),
            failureStatus,
            tags,
            timeout ?? DefaultTimeout));
    }
}
