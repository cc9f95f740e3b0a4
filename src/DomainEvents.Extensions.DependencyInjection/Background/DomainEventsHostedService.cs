using DomainEvents.Registration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DomainEvents.Background;

/// <summary>Ties domain events to a host: errors of registration show at start, background work is drained at stop.</summary>
internal sealed class DomainEventsHostedService(IServiceProvider services, BackgroundQueue queue) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        _ = services.GetRequiredService<EventBusHost>().Bus;
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => StartingAsync(cancellationToken);

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => queue.DrainAsync(cancellationToken);

    /// <summary>Once more: services that stop later may have left work.</summary>
    public Task StoppedAsync(CancellationToken cancellationToken) => queue.DrainAsync(cancellationToken);
}
