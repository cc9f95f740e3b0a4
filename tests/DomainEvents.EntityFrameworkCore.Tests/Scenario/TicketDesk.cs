using DomainEvents.Background;
using DomainEvents.EntityFrameworkCore.TestSupport;
using DomainEvents.TestSupport;
using DomainEvents.TestSupport.Databases;
using DomainEvents.Transactions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DomainEvents.EntityFrameworkCore.Tests.Scenario;

/// <summary>An application on a real database, with one scope: one unit of work.</summary>
internal sealed class TicketDesk : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly AsyncServiceScope _scope;

    private TicketDesk(TestDatabase database, ServiceProvider services, RecordingLoggerProvider logs)
    {
        (Database, _services, Logs) = (database, services, logs);
        _scope = services.CreateAsyncScope();
    }

    public TestDatabase Database { get; }

    public RecordingLoggerProvider Logs { get; }

    public IServiceProvider Root => _services;

    public Journal Journal => _services.GetRequiredService<Journal>();

    public TicketsContext Context => _scope.ServiceProvider.GetRequiredService<TicketsContext>();

    public IEventDispatcher Dispatcher => _scope.ServiceProvider.GetRequiredService<IEventDispatcher>();

    public static async Task<TicketDesk> OpenAsync(
        DatabaseKind kind,
        Action<DbContextOptionsBuilder>? configure = null,
        Action<DomainEventsBuilder>? events = null,
        Action<IServiceCollection, Action<IServiceProvider, DbContextOptionsBuilder>>? addContext = null,
        Func<TestDatabase, Task>? prepare = null)
    {
        var database = await TestDatabase.CreateAsync(kind);
        await (prepare?.Invoke(database) ?? Task.CompletedTask);
        var logs = new RecordingLoggerProvider();
        var services = new ServiceCollection();
        services.AddSingleton<Journal>();
        services.AddLogging(logging => logging.AddProvider(logs));
        services.Configure<BackgroundDispatchOptions>(background => background.MaxConcurrency = 1); // what synchronous commits leave comes in their order
        var builder = services.AddDomainEvents().AddHandler<AfterCommit>().AddHandler<BeforeCommit>().AddHandler<AfterRollback>();
        events?.Invoke(builder);
        addContext ??= (services, options) => services.AddDbContext<TicketsContext>(options);
        addContext(services, (provider, options) =>
        {
            options.UseDatabase(database);
            configure?.Invoke(options);
            options.UseDomainEvents(provider);
        });
        var desk = new TicketDesk(database, services.BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true }), logs);
        await using var other = desk.OtherContext();
        await other.GetService<IRelationalDatabaseCreator>().CreateTablesAsync();
        return desk;
    }

    /// <summary>A context that knows nothing of events, on a connection of its own.</summary>
    public TicketsContext OtherContext() => new(new DbContextOptionsBuilder<TicketsContext>().UseDatabase(Database).Options);

    /// <summary>The titles that others see: those that are committed.</summary>
    public async Task<IReadOnlyList<string>> TitlesAsync()
    {
        await using var other = OtherContext();
        return await other.Tickets.OrderBy(ticket => ticket.Id).Select(ticket => ticket.Title).ToListAsync();
    }

    /// <summary>What was published, once all work after transactions has ended.</summary>
    public async Task<IReadOnlyList<string>> PublishedAsync()
    {
        await Dispatcher.WhenIdleAsync();
        return Journal.Published;
    }

    public async ValueTask DisposeAsync()
    {
        await _scope.DisposeAsync();
        await _services.DisposeAsync();
        await Database.DisposeAsync();
    }
}
