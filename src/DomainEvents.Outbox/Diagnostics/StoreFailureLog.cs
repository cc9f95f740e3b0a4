using Microsoft.Extensions.Logging;

namespace DomainEvents.Outbox.Diagnostics;

/// <summary>
/// Tells that the store fails: once, then every half a minute for as long as it does, and that all of it works again. A call that always
/// fails beside others that work is told as rarely. Thread-safe.
/// </summary>
internal sealed class StoreFailureLog(ILogger logger, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private readonly object _gate = new();
    private volatile StoreCalls _failing;
    private long? _toldAt;
    private bool _isTold;
    private int _untold;

    public void Failed(StoreCalls call, Exception exception)
    {
        int count;
        lock (_gate)
        {
            _failing |= call;
            _untold++;
            if (_toldAt is { } told && time.GetElapsedTime(told) < Interval)
            {
                return;
            }

            (count, _untold, _isTold, _toldAt) = (_untold, 0, true, time.GetTimestamp());
        }

        Log.Contained(() => OutboxLog.StoreFailed(logger, exception, count, call));
    }

    public void Succeeded(StoreCalls call)
    {
        if ((_failing & call) == StoreCalls.None)
        {
            return;
        }

        lock (_gate)
        {
            _failing &= ~call;
            if (_failing != StoreCalls.None || !_isTold)
            {
                return;
            }

            _isTold = false;
        }

        Log.Contained(() => OutboxLog.StoreWorksAgain(logger));
    }
}
