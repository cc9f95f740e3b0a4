using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace DomainEvents.Outbox.Diagnostics;

/// <summary>Tells that the store fails: once, then every half a minute for as long as it does, and that it works again. Thread-safe.</summary>
internal sealed class StoreFailureLog(IServiceProvider services, IOptions<EventBusOptions> options)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private readonly ILogger _logger = (services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance).CreateLogger<IOutboxRelay>();
    private readonly TimeProvider _time = options.Value.TimeProvider;
    private readonly object _gate = new();
    private volatile bool _fails;
    private long _toldAt;
    private int _untold;

    public void Failed(Exception exception)
    {
        int count;
        lock (_gate)
        {
            _untold++;
            if (_fails && _time.GetElapsedTime(_toldAt) < Interval)
            {
                return;
            }

            (count, _untold, _fails, _toldAt) = (_untold, 0, true, _time.GetTimestamp());
        }

        Log.Contained(() => OutboxLog.StoreFailed(_logger, exception, count));
    }

    public void Succeeded()
    {
        if (!_fails)
        {
            return;
        }

        lock (_gate)
        {
            _fails = false;
        }

        Log.Contained(() => OutboxLog.StoreWorksAgain(_logger));
    }
}
