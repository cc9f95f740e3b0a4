using DomainEvents.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace DomainEvents.Registration;

/// <summary>Builds the bus of a container, and closes it with the container.</summary>
internal sealed class EventBusHost : IDisposable
{
    public EventBusHost(IServiceCollection services, IServiceProvider root)
    {
        var loggers = root.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
        var logger = loggers.CreateLogger<InMemoryEventBus>();
        var handlers = new HandlerCatalog(services, root, logger).Read();
        Bus = new InMemoryEventBus(
            root.GetRequiredService<IOptions<EventBusOptions>>().Value,
            logger,
            root.GetServices<MiddlewareMarker>().Select(marker => marker.Resolve(root)),
            handlers);
        if (handlers.Count == 0)
        {
            Log.Contained(() => TransactionLog.NoHandlers(logger));
        }
    }

    public InMemoryEventBus Bus { get; }

    public void Dispose() => Bus.Close();
}
