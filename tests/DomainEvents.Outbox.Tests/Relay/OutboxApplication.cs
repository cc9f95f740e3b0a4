using DomainEvents.TestSupport;
using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DomainEvents.Outbox.Tests.Relay;

/// <summary>An application with an outbox in memory, and what its handlers did.</summary>
internal sealed class OutboxApplication : IAsyncDisposable
{
    private readonly IServiceScope _scope;

    public OutboxApplication(Action<DomainEventsBuilder> configure, Action<OutboxOptions>? options = null, InMemoryStore? store = null)
    {
        Store = store ?? new InMemoryStore();
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(Log));
        services.AddSingleton(Journal);
        services.AddSingleton<IOutboxStore>(Store);
        configure(services.AddDomainEvents().AddOutbox(options));
        Services = services.BuildServiceProvider();
        _scope = Services.CreateScope();
    }

    public InMemoryStore Store { get; }

    public Journal Journal { get; } = new();

    public RecordingLoggerProvider Log { get; } = new();

    public ServiceProvider Services { get; }

    public IEventDispatcher Dispatcher => _scope.ServiceProvider.GetRequiredService<IEventDispatcher>();

    public IOutboxRelay Relay => Services.GetRequiredService<IOutboxRelay>();

    public IOutboxInspector Inspector => Services.GetRequiredService<IOutboxInspector>();

    public async Task StartAsync()
    {
        foreach (var service in Services.GetServices<IHostedService>())
        {
            await service.StartAsync(CancellationToken.None);
        }
    }

    public async Task StopAsync(CancellationToken timeIsOver = default)
    {
        foreach (var service in Services.GetServices<IHostedService>().Reverse())
        {
            await service.StopAsync(timeIsOver);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _scope.Dispose();
        await Services.DisposeAsync();
    }
}
