using DomainEvents;
using DomainEvents.Outbox;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
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
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(10);

    private readonly ServiceProvider _services;

    private Shop(ShopSettings settings)
    {
        var services = new ServiceCollection();

        // Five handlers: the first before the commit, in the order's transaction; four after it, from the outbox, side by side.
        var events = services.AddDomainEvents(options => options.HandlerTimeout = TimeSpan.FromSeconds(30))
            .AddHandler<ReserveInventory>()
            .AddHandler<SendConfirmation>()
            .AddHandler<NotifyDistributor>()
            .AddHandler<UpdateAnalytics>()
            .AddHandler<WriteAuditLog>()
            .AddMiddleware<HandlerStatistics>()
            .AddEventsFromAssembly(typeof(Shop).Assembly);
        settings.Database.UseOutbox(events, outbox =>
        {
            // For a demonstration: an application that has the time waits for seconds, then minutes.
            outbox.FirstRetryDelay = TimeSpan.FromMilliseconds(10);
            outbox.MaxRetryDelay = TimeSpan.FromMilliseconds(40);
            outbox.MaxAttempts = 7;
            outbox.LeaseDuration = settings.LeaseDuration;
            outbox.RunRelay = settings.RunsRelay;
        });

        services.AddScoped<PlaceOrder>();
        services.AddSingleton<OrderIntake>();

        services.AddSingleton(settings.Database);
        services.AddScoped<UnitOfWork>();
        services.AddScoped<IUnitOfWork>(scope => scope.GetRequiredService<UnitOfWork>());
        services.AddScoped<IOrderRepository, OrderRepository>();
        services.AddScoped<IBookRepository, BookRepository>();
        services.AddScoped<ISalesReport, SalesReport>();
        services.AddScoped<IAuditLog, AuditLog>();
        services.AddScoped<ShopTotalsQuery>();

        services.AddSingleton<FakeEmailProvider>();
        services.AddSingleton<IEmailProvider>(root => root.GetRequiredService<FakeEmailProvider>());
        services.AddSingleton(_ => settings.Distributor ?? new DistributorClient(settings.Webhook));

        if (settings.Journal is { } journal)
        {
            services.AddSingleton(journal);
            events.AddMiddleware<HandlerJournal>();
        }

        _services = services.BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true, ValidateOnBuild = true });
    }

    public FakeEmailProvider Email => _services.GetRequiredService<FakeEmailProvider>();

    public HandlerStatistics Statistics => _services.GetRequiredService<HandlerStatistics>();

    /// <summary>Looks at the outbox, and mends what has failed.</summary>
    public IOutboxInspector Outbox => _services.GetRequiredService<IOutboxInspector>();

    /// <summary>How many calls of handlers after the commit have succeeded.</summary>
    public int HandledAfterCommit =>
        Handlers.Where(handler => handler.Name != HandlerNames.ReserveInventory).Sum(handler => Statistics.Of(handler.Name).Succeeded);

    /// <summary>Who reacts to an order, in order.</summary>
    public IReadOnlyList<HandlerDescriptor> Handlers => _services.GetRequiredService<IEventBus>().HandlersFor(typeof(OrderPlaced));

    /// <summary>Opens the shop. From now on its handlers get what is in the outbox, also from earlier.</summary>
    public static async Task<Shop> OpenAsync(ShopSettings settings, CancellationToken cancellationToken = default)
    {
        var shop = new Shop(settings);
        try
        {
            await shop._services.GetRequiredService<IOutboxSchema>().EnsureCreatedAsync(cancellationToken);

            // What a host does by itself.
            foreach (var service in shop._services.GetServices<IHostedService>())
            {
                await service.StartAsync(cancellationToken);
            }

            return shop;
        }
        catch
        {
            await shop.DisposeAsync();
            throw;
        }
    }

    /// <summary>Puts books on the shelves.</summary>
    public async Task ShelveAsync(IEnumerable<Book> books, CancellationToken cancellationToken)
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

    /// <summary>Places orders, one after the other.</summary>
    /// <param name="rows">Lines of orders.csv.</param>
    /// <param name="onRow">Called after each, with the number of the order that was placed, if one was.</param>
    /// <param name="cancellationToken">Stops before the next commit.</param>
    public Task<IntakeReport> TakeOrdersAsync(IEnumerable<CsvLine> rows, Func<string?, ValueTask> onRow, CancellationToken cancellationToken) =>
        _services.GetRequiredService<OrderIntake>().TakeAsync(rows, onRow, cancellationToken);

    /// <summary>Waits until every event is handled, or is a dead letter.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        while (await Outbox.GetStatusAsync(cancellationToken) is { Pending: > 0 } or { Retrying: > 0 })
        {
            await Task.Delay(LookAgain, cancellationToken);
        }
    }

    public async Task<ShopTotals> ReadTotalsAsync(CancellationToken cancellationToken)
    {
        await using var scope = _services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<ShopTotalsQuery>().ReadAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services.GetServices<IHostedService>().Reverse())
        {
            await service.StopAsync(CancellationToken.None);
        }

        await _services.DisposeAsync();
    }
}
