using DomainEvents.Outbox.Diagnostics;
using DomainEvents.Outbox.Serialization;
using DomainEvents.Registration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace DomainEvents.Outbox.Relay;

/// <summary>The relay of a process: runs as long as the host, or as long as somebody drains.</summary>
internal sealed class OutboxRelay(IServiceProvider services, OutboxSignal signal, StoreFailureLog failures) : IHostedService, IOutboxRelay, IAsyncDisposable
{
    private readonly SemaphoreSlim _draining = new(1);
    private readonly OutboxOptions _options = services.GetRequiredService<IOptions<OutboxOptions>>().Value;
    private readonly TimeProvider _time = services.GetRequiredService<IOptions<EventBusOptions>>().Value.TimeProvider;
    private readonly CancellationTokenSource _stopping = new();
    private RelayLoop? _hosted;
    private int _isDisposed;
    private Task _beside = Task.CompletedTask;

    /// <summary>Finds out what is configured wrongly, and starts, whether the database is there or not.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var settings = ReadSettings(out var delivery);
        if (_options.RunRelay)
        {
            _hosted = Open(settings, delivery);
            _beside = Task.WhenAll(
                Task.Run(() => new WakeUpListener(services.GetService<IOutboxWakeUp>(), _time, _options, failures).RunAsync(_hosted.Wake, _stopping.Token), CancellationToken.None),
                Task.Run(() => new HistoryRetention(services.GetRequiredService<IOutboxStore>(), _time, _options, failures).RunAsync(_stopping.Token), CancellationToken.None));
        }

        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_hosted is { } hosted)
        {
            await hosted.StopAsync(cancellationToken).ConfigureAwait(false);
            _hosted = null;
            await CloseAsync(hosted).ConfigureAwait(false);
        }

        await _beside.ConfigureAwait(false);
    }

    public async Task<int> DrainAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await _draining.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_hosted is { } hosted)
            {
                var before = hosted.Successes;
                return await hosted.WhenIdleAsync().WaitAsync(cancellationToken).ConfigureAwait(false) - before;
            }

            return await DrainAloneAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _draining.Release();
        }
    }

    /// <summary>The container calls it for each service that the relay stands behind.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_hosted is { } hosted)
        {
            await CloseAsync(hosted).ConfigureAwait(false);
        }

        await _beside.ConfigureAwait(false);
        _stopping.Dispose();
        _draining.Dispose();
    }

    private async Task<int> DrainAloneAsync(CancellationToken cancellationToken)
    {
        var loop = Open(ReadSettings(out var delivery), delivery);
        try
        {
            var successes = await loop.WhenIdleAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
            await loop.StopAsync(cancellationToken).ConfigureAwait(false);
            return successes;
        }
        finally
        {
            await CloseAsync(loop).ConfigureAwait(false);
        }
    }

    private RelayLoop Open(RelaySettings settings, EventDelivery delivery)
    {
        var loop = new RelayLoop(settings, services.GetRequiredService<IOutboxStore>(), delivery, _time, failures);
        signal.Relay = loop;
        loop.Start();
        return loop;
    }

    private async Task CloseAsync(RelayLoop loop)
    {
        signal.Relay = null;
        await loop.DisposeAsync().ConfigureAwait(false);
    }

    private RelaySettings ReadSettings(out EventDelivery delivery)
    {
        var bus = services.GetRequiredService<EventBusHost>().Bus;
        var events = new RelayedEvents(services.GetRequiredService<EventTypeRegistry>(), bus);
        delivery = new EventDelivery(bus, events, services.GetRequiredService<EventSerializer>());
        return new RelaySettings($"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():N}", events.Versions, events.Announcements)
        {
            BatchSize = _options.BatchSize,
            PollingInterval = _options.PollingInterval,
            LeaseDuration = _options.LeaseDuration,
            MaxAttempts = _options.MaxAttempts,
            FirstRetryDelay = _options.FirstRetryDelay,
            MaxRetryDelay = _options.MaxRetryDelay,
            MaxConcurrency = _options.MaxConcurrency,
            KeepHistory = _options.KeepHistory,
        };
    }
}
