using DomainEvents.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace DomainEvents.Registration;

/// <summary>Builds the bus of a container when it is first asked for, and closes it with the container.</summary>
internal sealed class EventBusHost(IServiceCollection services, IServiceProvider root) : IDisposable
{
    private readonly object _gate = new();
    private InMemoryEventBus? _bus;
    private volatile bool _isBuilt;

    /// <summary>
    /// The bus. Middleware, and handlers behind factories, are made while it is built; if they ask for it they get it as
    /// it is, still without handlers. Other threads wait.
    /// </summary>
    public InMemoryEventBus Bus
    {
        get
        {
            if (_isBuilt)
            {
                return _bus!;
            }

            lock (_gate)
            {
                return _bus ?? Build();
            }
        }
    }

    /// <summary>Whether it is the container itself, and not one of its scopes.</summary>
    public bool IsRoot(IServiceProvider provider) => ReferenceEquals(provider.GetService<IServiceProvider>(), root);

    public void Dispose() => _bus?.Close();

    private InMemoryEventBus Build()
    {
        var logger = (root.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance).CreateLogger<InMemoryEventBus>();
        var bus = new InMemoryEventBus(root.GetRequiredService<IOptions<EventBusOptions>>().Value, logger);
        _bus = bus;
        try
        {
            var handlers = new HandlerCatalog(services, root, logger).Read();
            bus.Open([.. root.GetServices<MiddlewareMarker>().Select(marker => marker.Resolve(root))], handlers);
            _isBuilt = true;
            if (handlers.Count == 0)
            {
                Log.Contained(() => TransactionLog.NoHandlers(logger));
            }

            return bus;
        }
        finally
        {
            // Whoever asks next gets the error again, not a bus without handlers.
            _bus = _isBuilt ? bus : null;
        }
    }
}
