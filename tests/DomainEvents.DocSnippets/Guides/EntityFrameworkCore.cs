using DomainEvents.EntityFrameworkCore;
using DomainEvents.TestSupport.Databases;
using DomainEvents.Transactions;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace DomainEvents.DocSnippets.Guides;

internal static class EntityFrameworkCoreGuide
{
    #region efcore-setup
    public static void Configure(HostApplicationBuilder builder, string connectionString)
    {
        builder.Services.AddDomainEvents(typeof(ShopContext).Assembly);
        builder.Services.AddDbContext<ShopContext>((provider, options) => options
            .UseNpgsql(connectionString)
            .UseDomainEvents(provider));
    }
    #endregion

    #region efcore-model
    public sealed record OrderPlaced(int OrderId) : DomainEvent;

    public sealed class Order : AggregateRoot<int>
    {
        public Order(int id)
        {
            Id = id;
            Raise(new OrderPlaced(id));
        }

        public bool IsShipped { get; private set; }
    }

    public sealed class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options)
    {
        public DbSet<Order> Orders => Set<Order>();

        public DbSet<Reservation> Reservations => Set<Reservation>();
    }
    #endregion

    public sealed class Reservation
    {
        public int Id { get; init; }

        public int OrderId { get; init; }
    }

    public sealed record OrdersShipped(int Count) : DomainEvent;

    #region efcore-handlers
    [TransactionPhase(TransactionPhase.BeforeCommit)]
    public sealed class ReserveStock(ShopContext context) : IEventHandler<OrderPlaced>
    {
        public ValueTask HandleAsync(OrderPlaced placed, CancellationToken cancellationToken)
        {
            context.Add(new Reservation { OrderId = placed.OrderId }); // the context that is being saved: saved with the order
            return ValueTask.CompletedTask;
        }
    }

    public sealed class SendConfirmation(ShopContext context) : IEventHandler<OrderPlaced>
    {
        public async ValueTask HandleAsync(OrderPlaced placed, CancellationToken cancellationToken)
        {
            var order = await context.Orders.FindAsync([placed.OrderId], cancellationToken); // a context of its own
            Console.WriteLine($"confirmation of {order!.Id}, committed, {await context.Reservations.CountAsync(cancellationToken)} reserved");
        }
    }
    #endregion

    public sealed class CountShipments : IEventHandler<OrdersShipped>
    {
        public ValueTask HandleAsync(OrdersShipped shipped, CancellationToken cancellationToken)
        {
            Console.WriteLine($"{shipped.Count} order(s) shipped");
            return ValueTask.CompletedTask;
        }
    }

    #region efcore-durable
    public static void ConfigureOutbox(HostApplicationBuilder builder, NpgsqlDataSource database)
    {
        builder.Services.AddDomainEvents(typeof(LedgerContext).Assembly)
            .AddEventsFromAssembly(typeof(LedgerContext).Assembly)
            .UsePostgreSqlOutbox(database)
            .AddEntityFrameworkOutbox<LedgerContext>();
        builder.Services.AddDbContext<LedgerContext>((provider, options) => options.UseNpgsql(database).UseDomainEvents(provider));
    }

    public sealed class LedgerContext(DbContextOptions<LedgerContext> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddOutbox();   // migrations make its tables
    }
    #endregion

    [Snippet("efcore-save")]
    public static async Task SaveAsync()
    {
        await using var shop = await Shop.OpenAsync();
        var context = shop.Context;

        #region efcore-save
        context.Add(new Order(17));
        await context.SaveChangesAsync();
        Console.WriteLine("saved");
        #endregion
    }

    [Snippet("efcore-transaction")]
    public static async Task TransactionAsync()
    {
        await using var shop = await Shop.OpenAsync();
        var context = shop.Context;

        #region efcore-transaction
        await using (var transaction = await context.Database.BeginTransactionAsync())
        {
            context.Add(new Order(1));
            await context.SaveChangesAsync();

            await transaction.CreateSavepointAsync("try");
            context.Add(new Order(2));
            await context.SaveChangesAsync();
            await transaction.RollbackToSavepointAsync("try");   // neither its rows nor its events remain

            Console.WriteLine("nothing was published yet");
            await transaction.CommitAsync();
        }
        #endregion
    }

    public static async Task BulkAsync()
    {
        await using var shop = await Shop.OpenAsync();
        var (context, dispatcher) = (shop.Context, shop.Services.GetRequiredService<IEventDispatcher>());
        context.AddRange(new Order(1), new Order(2));
        await context.SaveChangesAsync();

        #region efcore-bulk
        await using var transaction = await context.Database.BeginTransactionAsync();
        var shipped = await context.Orders.ExecuteUpdateAsync(orders => orders.SetProperty(order => order.IsShipped, true));
        await dispatcher.PublishAsync(new OrdersShipped(shipped));   // waits for the commit
        await transaction.CommitAsync();
        #endregion
    }

    #region efcore-factory
    public static async Task ImportAsync(IDbContextFactory<ShopContext> factory, IEventDispatcher dispatcher, int orderId)
    {
        await using var context = await factory.CreateDbContextAsync();
        dispatcher.Attach(context);   // for this lease: before-commit handlers run in the dispatcher's scope
        context.Add(new Order(orderId));
        await context.SaveChangesAsync();
    }
    #endregion

    #region efcore-retry
    public static Task PlaceAsync(ShopContext context, int orderId) =>
        context.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            context.ChangeTracker.Clear();   // what an attempt before this one has left
            await using var transaction = await context.Database.BeginTransactionAsync();
            context.Add(new Order(orderId));
            await context.SaveChangesAsync();
            await transaction.CommitAsync();
        });
    #endregion

    public interface IPublisher
    {
        Task Publish(object notification, CancellationToken cancellationToken);
    }

    public abstract class Entity
    {
        public List<object> DomainEvents { get; } = [];
    }

    public abstract class HandMadeContext(DbContextOptions options, IPublisher publisher) : DbContext(options)
    {
        #region efcore-hand-made
        public override async Task<int> SaveChangesAsync(CancellationToken cancellationToken = default)
        {
            var rows = await base.SaveChangesAsync(cancellationToken);
            foreach (var entity in ChangeTracker.Entries<Entity>().Select(entry => entry.Entity).ToList())
            {
                var events = entity.DomainEvents.ToList();
                entity.DomainEvents.Clear();
                foreach (var domainEvent in events)
                {
                    await publisher.Publish(domainEvent, cancellationToken);
                }
            }

            return rows;
        }
        #endregion
    }

    /// <summary>One unit of work on a database in memory, which lives as long as this.</summary>
    private sealed class Shop : IAsyncDisposable
    {
        private readonly SqliteConnection _keepAlive;
        private readonly ServiceProvider _provider;
        private readonly AsyncServiceScope _scope;

        private Shop(SqliteConnection keepAlive, ServiceProvider provider) =>
            (_keepAlive, _provider, _scope) = (keepAlive, provider, provider.CreateAsyncScope());

        public IServiceProvider Services => _scope.ServiceProvider;

        public ShopContext Context => Services.GetRequiredService<ShopContext>();

        public static async Task<Shop> OpenAsync()
        {
            SqliteLibrary.Initialize();
            var keepAlive = new SqliteConnection("Data Source=shop;Mode=Memory;Cache=Shared");
            await keepAlive.OpenAsync();
            var services = new ServiceCollection();
            services.AddDomainEvents().AddHandler<ReserveStock>().AddHandler<SendConfirmation>().AddHandler<CountShipments>();
            services.AddDbContext<ShopContext>((provider, options) => options.UseSqlite(keepAlive.ConnectionString).UseDomainEvents(provider));
            var shop = new Shop(keepAlive, services.BuildServiceProvider());
            await shop.Context.Database.EnsureCreatedAsync();
            return shop;
        }

        public async ValueTask DisposeAsync()
        {
            await _scope.DisposeAsync();
            await _provider.DisposeAsync();
            await _keepAlive.DisposeAsync();
        }
    }
}
