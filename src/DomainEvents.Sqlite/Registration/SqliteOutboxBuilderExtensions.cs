using DomainEvents.Outbox;
using DomainEvents.Sqlite.Connections;
using DomainEvents.Sqlite.Schema;
using DomainEvents.Sqlite.Storage;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the outbox in SQLite to domain events.</summary>
public static class SqliteOutboxBuilderExtensions
{
    /// <summary>
    /// Keeps events in the SQLite database that the application keeps its data in, and relays them from there. The tables are made
    /// by <see cref="IOutboxSchema.EnsureCreatedAsync"/>. Relays of other processes look for new events every
    /// <see cref="OutboxOptions.PollingInterval"/>, as SQLite cannot wake them.
    /// </summary>
    /// <param name="builder">The builder of <c>AddDomainEvents</c>.</param>
    /// <param name="connectionString">
    /// That of the application's data: events are written in its transactions. Its <c>Default Timeout</c> is how many seconds the outbox
    /// waits for another process that writes. The outbox keeps connections of its own open while the container lives.
    /// </param>
    /// <param name="configure">Sets the options; runs when the outbox is first used. <see langword="null"/>: the defaults.</param>
    /// <returns>The builder, for chaining.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> or <paramref name="connectionString"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">
    /// <paramref name="connectionString"/> is none of SQLite, or means a database in memory that each connection has for itself.
    /// </exception>
    public static DomainEventsBuilder UseSqliteOutbox(
        this DomainEventsBuilder builder, string connectionString, Action<OutboxOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(connectionString);
        var file = new DatabaseFile(connectionString);
        builder.AddOutbox(configure);
        builder.Services.AddSingleton<IOutboxStore>(
            services => new SqliteOutboxStore(file, services.GetRequiredService<IOptions<OutboxOptions>>().Value));
        builder.Services.AddSingleton<IOutboxSchema>(
            services => new SqliteOutboxSchema(file, services.GetRequiredService<IOptions<OutboxOptions>>().Value));
        return builder;
    }
}
