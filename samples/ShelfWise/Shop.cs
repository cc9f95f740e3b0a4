using DomainEvents;
using Microsoft.Extensions.DependencyInjection;
using ShelfWise.Adapters.Csv;
using ShelfWise.Adapters.Database;
using ShelfWise.Adapters.Diagnostics;
using ShelfWise.Adapters.Distributor;
using ShelfWise.Adapters.Email;
using ShelfWise.Domain;
using ShelfWise.EntryPoints;
using ShelfWise.Services;
using ShelfWise.Services.Ports;

namespace ShelfWise;

/// <summary>The single composition root: all that is connected to something else is connected here.</summary>
internal sealed class Shop : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private Shop(ShopDatabase database, DistributorEndpoint endpoint, IDistributor? distributor)
    {
        (Database, Endpoint) = (database, endpoint);
        var services = new ServiceCollection();

        // Five handlers: the first before the commit, in the order's transaction; four after it, side by side.
        services.AddDomainEvents(options => options.HandlerTimeout = TimeSpan.FromSeconds(30))
            .AddHandler<ReserveInventory>()
            .AddHandler<SendConfirmation>()
            .AddHandler<NotifyDistributor>()
            .AddHandler<UpdateAnalytics>()
            .AddHandler<WriteAuditLog>()
            .AddMiddleware<HandlerStatistics>();

        services.AddScoped<PlaceOrder>();
        services.AddSingleton<OrderIntake>();

        services.AddSingleton(database);
        services.AddScoped<UnitOfWork>();
        services.AddScoped<IUnitOfWork>(scope => scope.GetRequiredService<UnitOfWork>());
        services.AddScoped<IOrderRepository, OrderRepository>();
        services.AddScoped<IBookRepository, BookRepository>();
        services.AddScoped<ISalesReport, SalesReport>();
        services.AddScoped<IAuditLog, AuditLog>();
        services.AddScoped<ShopTotalsQuery>();

        services.AddSingleton<IEmailProvider>(Email);
        services.AddSingleton(_ => distributor ?? new DistributorClient(endpoint.Webhook));

        _services = services.BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true, ValidateOnBuild = true });
    }

    public ShopDatabase Database { get; }

    public DistributorEndpoint Endpoint { get; }

    public FakeEmailProvider Email { get; } = new();

    public HandlerStatistics Statistics => _services.GetRequiredService<HandlerStatistics>();

    /// <summary>Who reacts to an order, in order.</summary>
    public IReadOnlyList<HandlerDescriptor> Handlers => _services.GetRequiredService<IEventBus>().HandlersFor(typeof(OrderPlaced));

    /// <summary>Opens the shop, with books on its shelves.</summary>
    /// <param name="books">The books.</param>
    /// <param name="databasePath">A new database file to make and keep; <see langword="null"/> for a temporary one.</param>
    /// <param name="distributor">Takes the place of the one that posts to the <see cref="Endpoint"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<Shop> OpenAsync(
        IEnumerable<Book> books, string? databasePath, IDistributor? distributor = null, CancellationToken cancellationToken = default)
    {
        var database = await ShopDatabase.CreateAsync(databasePath, cancellationToken);
        var shop = new Shop(database, DistributorEndpoint.Start(), distributor);
        try
        {
            await shop.ShelveAsync(books, cancellationToken);
            return shop;
        }
        catch
        {
            await shop.DisposeAsync();
            throw;
        }
    }

    /// <summary>Places orders, one after the other.</summary>
    /// <param name="rows">Lines of orders.csv.</param>
    /// <param name="onRow">Called after each.</param>
    /// <param name="cancellationToken">Stops before the next commit.</param>
    public Task<IntakeReport> TakeOrdersAsync(IEnumerable<CsvLine> rows, Action onRow, CancellationToken cancellationToken) =>
        _services.GetRequiredService<OrderIntake>().TakeAsync(rows, onRow, cancellationToken);

    public async Task<ShopTotals> ReadTotalsAsync(CancellationToken cancellationToken)
    {
        await using var scope = _services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<ShopTotalsQuery>().ReadAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await Endpoint.DisposeAsync();
        await Database.DisposeAsync();
    }

    private async Task ShelveAsync(IEnumerable<Book> books, CancellationToken cancellationToken)
    {
        await using var scope = _services.CreateAsyncScope();
        var repository = scope.ServiceProvider.GetRequiredService<IBookRepository>();
        await using var transaction = await scope.ServiceProvider.GetRequiredService<IUnitOfWork>().BeginAsync(cancellationToken);
        foreach (var book in books)
        {
            await repository.AddAsync(book, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }
}
