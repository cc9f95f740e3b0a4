using DomainEvents.Outbox.CrashChild.Databases;
using DomainEvents.Outbox.CrashChild.Killing;
using DomainEvents.Outbox.CrashChild.Orders;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DomainEvents.Outbox.CrashChild;

/// <summary>An application that takes orders, and whose handlers write down what they do.</summary>
internal sealed class OrderApplication : IAsyncDisposable
{
    private readonly ChildOptions _options;
    private readonly ServiceProvider _services;
    private readonly CancellationTokenSource _stop = new();
    private Task _writers = Task.CompletedTask;

    public OrderApplication(ChildOptions options)
    {
        _options = options;
        Database = OrderDatabase.Of(options);
        var services = new ServiceCollection();
        services.AddLogging().AddSingleton<ILoggerProvider, ChildLog>();
        services.AddSingleton(options).AddSingleton(Database).AddSingleton<NamedPoints>().AddSingleton<Journal>().AddSingleton<OrderWriter>();
        var events = services.AddDomainEvents();
        Database.UseOutbox(events, Configure);
        Watch(services);
        events.AddEvent<OrderPlaced>().AddHandler<SendMail>().AddHandler<CountStock>();
        _services = services.BuildServiceProvider();
    }

    public OrderDatabase Database { get; }

    public IOutboxInspector Inspector => _services.GetRequiredService<IOutboxInspector>();

    public IOutboxSchema Schema => _services.GetRequiredService<IOutboxSchema>();

    public async Task StartAsync()
    {
        foreach (var service in _services.GetServices<IHostedService>())
        {
            await service.StartAsync(CancellationToken.None);
        }

        var writer = _services.GetRequiredService<OrderWriter>();
        _writers = Task.WhenAll(Enumerable.Range(0, _options.Writers).Select(number => Task.Run(() => writer.RunAsync(number, _stop.Token))));
    }

    /// <summary>Waits for somebody who wants it to stop, or for a failure.</summary>
    public async Task StopWhenAsync(Task asked)
    {
        await (_options.Writers == 0 ? asked : Task.WhenAny(asked, _writers));
        await StopAsync();
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _writers;
        foreach (var service in _services.GetServices<IHostedService>().Reverse())
        {
            await service.StopAsync(CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await Database.DisposeAsync();
        _stop.Dispose();
    }

    private void Configure(OutboxOptions options)
    {
        options.LeaseDuration = TimeSpan.FromSeconds(1);
        options.PollingInterval = TimeSpan.FromMilliseconds(100);
        options.FirstRetryDelay = TimeSpan.FromMilliseconds(10);
        options.MaxRetryDelay = TimeSpan.FromMilliseconds(100);
        options.BatchSize = 8;
        options.MaxConcurrency = _options.MaxConcurrency;
        options.RunRelay = _options.RunsRelay;
    }

    /// <summary>Puts the watched store in front of the one that the outbox would use.</summary>
    private static void Watch(ServiceCollection services)
    {
        var real = services.Last(service => service.ServiceType == typeof(IOutboxStore));
        services.Remove(real);
        services.AddKeyedSingleton<IOutboxStore>("real", (provider, _) => (IOutboxStore)real.ImplementationFactory!(provider));
        services.AddSingleton(provider => new WatchedStore(
            provider.GetRequiredKeyedService<IOutboxStore>("real"), provider.GetRequiredService<NamedPoints>(), provider.GetRequiredService<Journal>()));
        services.AddSingleton<IOutboxStore>(provider => provider.GetRequiredService<WatchedStore>());
    }
}
