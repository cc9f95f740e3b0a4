using DomainEvents.Outbox.Diagnostics;
using DomainEvents.Outbox.Registration;
using DomainEvents.Outbox.Serialization;
using DomainEvents.Registration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DomainEvents.Outbox.Relay;

/// <summary>The relay of a process: runs as long as the host, or as long as somebody drains.</summary>
internal sealed class OutboxRelay(
    IServiceProvider services, OutboxSignal signal, StoreFailureLog failures, ILogger<IOutboxRelay>? logger = null) : IHostedService, IOutboxRelay, IAsyncDisposable, IDisposable
{
    private readonly object _gate = new();
    private readonly SemaphoreSlim _draining = new(1);
    private readonly OutboxStoreSource _stores = services.GetRequiredService<OutboxStoreSource>().Prepared();
    private readonly OutboxOptions _options = services.GetRequiredService<IOptions<OutboxOptions>>().Value;
    private readonly TimeProvider _time = services.GetRequiredService<IOptions<EventBusOptions>>().Value.TimeProvider;
    private readonly ILogger _logger = logger ?? (ILogger)Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;
    private HostedRelay? _hosted;
    private RelayLoop? _alone;
    private bool _isDisposed;

    /// <summary>Finds out what is configured wrongly, and starts, whether the database is there or not.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var store = _stores.Store;
        var (settings, delivery) = ReadSettings();
        TellWhatIsNotRegistered();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(IOutboxRelay));
            if (_options.RunRelay && _hosted is null)
            {
                var loop = Open(store, settings, delivery);
                _hosted = new HostedRelay(
                    loop,
                    new WakeUpListener(services.GetService<IOutboxWakeUp>(), _time, _options, failures),
                    new HistoryRetention(store, _time, _options, failures),
                    new OutboxGauges(store, _time, failures));
            }
        }

        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _hosted) is { } hosted)
        {
            await hosted.StopAsync(cancellationToken).ConfigureAwait(false);
            Forget(hosted);
        }
    }

    public async Task<int> DrainAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (HandledEvent.Current is not null)
        {
            throw new InvalidOperationException("DrainAsync was called by a handler that the relay runs, and would wait for its own end.");
        }

        await _draining.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var alone = OpenAlone(out var hosted);
            if (alone is not null)
            {
                return await DrainAloneAsync(alone, cancellationToken).ConfigureAwait(false);
            }

            var before = hosted!.Successes;
            return await hosted.WhenIdleAsync().WaitAsync(cancellationToken).ConfigureAwait(false) - before;
        }
        finally
        {
            _draining.Release();
        }
    }

    /// <summary>The container calls it for each service that the relay stands behind.</summary>
    public async ValueTask DisposeAsync()
    {
        HostedRelay? hosted;
        RelayLoop? alone;
        lock (_gate)
        {
            _isDisposed = true;
            (hosted, alone) = (_hosted, _alone);
        }

        if (alone is not null)
        {
            await alone.CancelAsync().ConfigureAwait(false);
        }

        if (hosted is not null)
        {
            await hosted.CancelAsync().ConfigureAwait(false);
            Forget(hosted);
        }
    }

    /// <summary>Waits for nothing: of a container that is not disposed of asynchronously.</summary>
    public void Dispose() => _ = DisposeAsync().AsTask();

    /// <summary>A loop for as long as somebody drains, unless one runs with the host. What begins later with the host takes the signal over.</summary>
    private RelayLoop? OpenAlone(out RelayLoop? hosted)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(IOutboxRelay));
            hosted = _hosted?.Loop;
            if (hosted is null)
            {
                var (settings, delivery) = ReadSettings();
                _alone = Open(_stores.Store, settings, delivery);
                return _alone;
            }

            return null;
        }
    }

    private async Task<int> DrainAloneAsync(RelayLoop loop, CancellationToken cancellationToken)
    {
        try
        {
            var successes = await loop.WhenIdleAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
            await loop.StopAsync(cancellationToken).ConfigureAwait(false);
            return successes;
        }
        finally
        {
            await loop.CancelAsync().ConfigureAwait(false);
            signal.End(loop);
            Volatile.Write(ref _alone, null);
        }
    }

    private RelayLoop Open(IOutboxStore store, RelaySettings settings, EventDelivery delivery)
    {
        var loop = new RelayLoop(settings, store, delivery, _time, new RelayObserver(_logger, _time, failures));
        signal.Begin(loop);
        loop.Start();
        return loop;
    }

    private void Forget(HostedRelay hosted)
    {
        signal.End(hosted.Loop);
        Interlocked.CompareExchange(ref _hosted, null, hosted);
    }

    private (RelaySettings Settings, EventDelivery Delivery) ReadSettings()
    {
        var bus = services.GetRequiredService<EventBusHost>().Bus;
        var events = new RelayedEvents(services.GetRequiredService<EventTypeRegistry>(), bus);
        var settings = new RelaySettings($"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():N}", events.Versions, events.Announcements)
        {
            BatchSize = _options.BatchSize,
            PollingInterval = _options.PollingInterval,
            LeaseDuration = _options.LeaseDuration,
            MaxAttempts = _options.MaxAttempts,
            FirstRetryDelay = _options.FirstRetryDelay,
            MaxRetryDelay = _options.MaxRetryDelay,
            MaxPayloadBytes = _options.MaxPayloadBytes,
            MaxConcurrency = _options.MaxConcurrency,
            KeepHistory = _options.KeepHistory,
        };
        return (settings, new EventDelivery(bus, events, services.GetRequiredService<EventSerializer>(), IsContainerGone));
    }

    private bool IsContainerGone()
    {
        try
        {
            return services.GetService<OutboxStoreSource>() is null;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }

    /// <summary>No error: an event may be meant for the memory only.</summary>
    private void TellWhatIsNotRegistered()
    {
        var registry = services.GetRequiredService<EventTypeRegistry>();
        foreach (var handler in services.GetRequiredService<EventBusHost>().Bus.Handlers.Where(handler => handler.Occasions.HasFlag(Occasions.Relayed)))
        {
            var eventType = handler.Descriptor.EventType;
            if (RegisteredEventType.CanBeEvent(eventType) && !registry.All.Any(registered => registered.Type.IsAssignableTo(eventType)))
            {
                Log.Contained(() => OutboxLog.EventNotRegistered(_logger, handler.Descriptor.Name, TypeNames.FullName(eventType), eventType.Name));
            }
        }
    }
}
