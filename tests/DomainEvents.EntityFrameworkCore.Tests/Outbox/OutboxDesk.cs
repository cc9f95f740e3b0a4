using System.Globalization;
using System.Text.Json;
using DomainEvents.EntityFrameworkCore.Tests.Scenario;
using DomainEvents.Outbox;
using DomainEvents.TestSupport.Databases;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.EntityFrameworkCore.Tests.Outbox;

/// <summary>A <see cref="TicketDesk"/> whose events go to an outbox in its database. It relays when it is asked to.</summary>
internal static class OutboxDesk
{
    public static async Task<TicketDesk> OpenAsync(
        DatabaseKind kind,
        Action<DbContextOptionsBuilder>? configure = null,
        Action<DomainEventsBuilder>? events = null,
        Action<IServiceCollection, Action<IServiceProvider, DbContextOptionsBuilder>>? addContext = null,
        Func<TestDatabase, Task>? prepare = null)
    {
        TestDatabase? created = null;
        var desk = await TicketDesk.OpenAsync(
            kind,
            configure,
            builder =>
            {
                builder.UseOutboxIn(created!).AddEvent<TicketChanged>().AddEntityFrameworkOutbox<TicketsContext>();
                events?.Invoke(builder);
            },
            addContext,
            database =>
            {
                created = database;
                return prepare?.Invoke(database) ?? Task.CompletedTask;
            });
        await desk.Root.GetRequiredService<IOutboxSchema>().EnsureCreatedAsync();
        return desk;
    }

    public static DomainEventsBuilder UseOutboxIn(this DomainEventsBuilder builder, TestDatabase database, Action<OutboxOptions>? configure = null)
    {
        void Configure(OutboxOptions options)
        {
            options.RunRelay = false;
            configure?.Invoke(options);
        }

        return database is PostgreSqlDatabase postgreSql
            ? builder.UsePostgreSqlOutbox(postgreSql.DataSource, Configure)
            : builder.UseSqliteOutbox(database.CreateConnection().ConnectionString, Configure);
    }

    /// <summary>What the committed rows of the outbox say, in the order of their positions.</summary>
    public static async Task<IReadOnlyList<string>> StoredAsync(this TicketDesk desk) =>
        [.. (await RowsAsync(desk.Database)).Select(row => JsonDocument.Parse(row.Payload).RootElement.GetProperty("what").GetString()!)];

    /// <summary>The streams of the committed rows, without the namespace of the aggregate.</summary>
    public static async Task<IReadOnlyList<string>> StreamsAsync(this TicketDesk desk) =>
        [.. (await RowsAsync(desk.Database)).Select(row => row.Stream.Split('.')[^1])];

    /// <summary>Runs the handlers of all that is committed.</summary>
    public static Task<int> DrainAsync(this TicketDesk desk) => desk.Root.GetRequiredService<IOutboxRelay>().DrainAsync();

    public static async Task<IReadOnlyList<(string Payload, string Stream)>> RowsAsync(TestDatabase database)
    {
        await using var connection = await database.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT payload, stream FROM domain_event_outbox ORDER BY position";
        await using var reader = await command.ExecuteReaderAsync();
        List<(string Payload, string Stream)> rows = [];
        while (await reader.ReadAsync())
        {
            rows.Add((Convert.ToString(reader.GetValue(0), CultureInfo.InvariantCulture)!, reader.GetString(1)));
        }

        return rows;
    }
}
