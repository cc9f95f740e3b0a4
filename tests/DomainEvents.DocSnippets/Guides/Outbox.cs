using DomainEvents.Outbox;
using DomainEvents.TestSupport.Databases;
using DomainEvents.Transactions;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace DomainEvents.DocSnippets.Guides;

internal static class OutboxGuide
{
    #region outbox-efcore
    public static void WithEntityFramework(HostApplicationBuilder builder, NpgsqlDataSource database)
    {
        builder.Services.AddDomainEvents(typeof(ShopContext).Assembly)
            .AddEventsFromAssembly(typeof(ShopContext).Assembly)
            .UsePostgreSqlOutbox(database)
            .AddEntityFrameworkOutbox<ShopContext>();
        builder.Services.AddDbContext<ShopContext>((provider, options) => options
            .UseNpgsql(database)
            .UseDomainEvents(provider));
    }
    #endregion

    #region outbox-sqlite
    public static void WithSqlite(HostApplicationBuilder builder) =>
        builder.Services.AddDomainEvents()
            .AddHandler<SendConfirmation>()
            .AddEvent<OrderPlaced>()
            .UseSqliteOutbox("Data Source=shop.db");
    #endregion

    #region outbox-schema
    public static async Task CreateTablesAsync(IServiceProvider services)
    {
        var schema = services.GetRequiredService<IOutboxSchema>();
        await schema.EnsureCreatedAsync();      // or run what schema.Script() returns
    }
    #endregion

    #region outbox-ado
    public static async Task PlaceAsync(IEventDispatcher dispatcher, NpgsqlDataSource database, int number)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = dispatcher.Enlist(await connection.BeginTransactionAsync());
        await using var insert = connection.CreateCommand();
        insert.CommandText = $"INSERT INTO orders VALUES ({number})";
        await insert.ExecuteNonQueryAsync();

        transaction.Enqueue(new OrderPlaced(number));
        await transaction.CommitAsync();        // the INSERT of the event, then COMMIT
    }
    #endregion

    #region outbox-event
    [EventType("shop.order-placed")]
    public sealed record OrderPlaced(int Number) : DomainEvent;

    [EventHandler(Name = "send-confirmation")]
    public sealed class SendConfirmation : IEventHandler<OrderPlaced>
    {
        public async ValueTask HandleAsync(OrderPlaced order, CancellationToken cancellationToken) =>
            await Console.Out.WriteLineAsync($"confirmation sent for {order.Number}");
    }
    #endregion

    #region outbox-operations
    public static async Task RequeueAllAsync(IOutboxInspector inspector)
    {
        await foreach (var letter in inspector.GetDeadLettersAsync())
        {
            Console.WriteLine($"{letter.HandlerName} gave up {letter.EventType} after {letter.Attempts} attempts");
            await inspector.RequeueAsync(letter.Position, letter.HandlerName);
        }
    }
    #endregion

    #region outbox-health
    public static void AddHealth(HostApplicationBuilder builder) =>
        builder.Services.AddHealthChecks().AddDomainEventsOutbox();
    #endregion

    public sealed class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options)
    {
        #region outbox-model
        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddOutbox();
        #endregion
    }

    #region outbox-idempotent
    public sealed class CountSales(SqliteConnection database) : IEventHandler<OrderPlaced>
    {
        public async ValueTask HandleAsync(OrderPlaced order, CancellationToken cancellationToken)
        {
            await using var transaction = await database.BeginTransactionAsync(cancellationToken);
            await using var command = database.CreateCommand();
            command.CommandText = "INSERT INTO sales_seen VALUES ($id) ON CONFLICT DO NOTHING";
            command.Parameters.AddWithValue("$id", order.EventId.ToString());
            if (await command.ExecuteNonQueryAsync(cancellationToken) == 1) // not seen before
            {
                command.CommandText = "UPDATE sales SET count = count + 1";
                await command.ExecuteNonQueryAsync(cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
        }
    }
    #endregion
}
