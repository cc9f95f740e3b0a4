using DomainEvents.Outbox;
using DomainEvents.PostgreSql;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the outbox in PostgreSQL to domain events.</summary>
public static class PostgreSqlOutboxBuilderExtensions
{
    /// <summary>
    /// Keeps the outbox in a PostgreSQL database, 13 or later: the one whose transactions the events belong to. Its tables are made by
    /// <see cref="IOutboxSchema"/>. A process that relays keeps two connections: one to work on, one to be woken by. A renewal beside other work, a
    /// wake-up of others, the removal of old history and the gauges may each need another for a moment.
    /// </summary>
    /// <param name="builder">The builder of <c>AddDomainEvents</c>.</param>
    /// <param name="dataSource">Where connections come from. It stays the caller's, who disposes of it after the container.</param>
    /// <param name="configure">Sets the options; runs when the outbox is first used. <see langword="null"/>: the defaults.</param>
    /// <returns>The builder, for chaining.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> or <paramref name="dataSource"/> is <see langword="null"/>.</exception>
    public static DomainEventsBuilder UsePostgreSqlOutbox(
        this DomainEventsBuilder builder, NpgsqlDataSource dataSource, Action<OutboxOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(dataSource);
        builder.AddOutbox(configure);
        builder.Services.AddSingleton<IOutboxStore>(services => new PostgreSqlOutboxStore(dataSource, Options(services)));
        builder.Services.AddSingleton<IOutboxSchema>(services => new PostgreSqlOutboxSchema(dataSource, Options(services)));
        builder.Services.AddSingleton<IOutboxWakeUp>(services => new PostgreSqlOutboxWakeUp(dataSource, Options(services)));
        return builder;
    }

    private static OutboxOptions Options(IServiceProvider services) => services.GetRequiredService<IOptions<OutboxOptions>>().Value;
}
