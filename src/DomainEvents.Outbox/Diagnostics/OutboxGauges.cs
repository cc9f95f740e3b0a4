using System.Diagnostics.Metrics;

namespace DomainEvents.Outbox.Diagnostics;

/// <summary>
/// Shows the status of the store on gauges, as it was a few seconds ago: a gauge cannot wait for a database. The store is asked only while
/// somebody listens, and what is too old is not shown.
/// </summary>
internal sealed class OutboxGauges : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly IOutboxStore _store;
    private readonly TimeProvider _time;
    private readonly StoreFailureLog _failures;

    // One meter a relay: its gauges go with it, and nobody is asked for the outbox of a host that is gone.
    private readonly Meter _meter = new(Telemetry.Name, Telemetry.Meter.Version);
    private readonly Instrument[] _gauges;
    private volatile Snapshot? _snapshot;

    public OutboxGauges(IOutboxStore store, TimeProvider time, StoreFailureLog failures)
    {
        (_store, _time, _failures) = (store, time, failures);
        _gauges =
        [
            Gauge("pending", "{event}", "Events that no relay is done with yet.", status => status.Pending),
            Gauge("retrying", "{delivery}", "Deliveries that failed and are tried again, or wait behind such a one.", status => status.Retrying),
            Gauge("dead", "{delivery}", "Dead letters.", status => status.Dead),
            Gauge("parked", "{delivery}", "Events of an unknown type or version, and deliveries for a handler that nobody has.", status => status.Parked),
            Gauge("oldest_pending_age", "s", "How long the oldest pending event is stored, by the clock of the database.", status => (status.OldestPendingAge ?? TimeSpan.Zero).TotalSeconds),
        ];
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            if (Array.Exists(_gauges, gauge => gauge.Enabled))
            {
                await RefreshAsync(stopping).ConfigureAwait(false);
            }

            await Task.Delay(Interval, _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => _meter.Dispose();

    private async Task RefreshAsync(CancellationToken stopping)
    {
        try
        {
            _snapshot = new Snapshot(await _store.GetStatusAsync(stopping).ConfigureAwait(false), _time.GetTimestamp());
            _failures.Succeeded(StoreCalls.Count);
        }
#pragma warning disable CA1031 // it is tried again
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _snapshot = null;
            if (!stopping.IsCancellationRequested)
            {
                _failures.Failed(StoreCalls.Count, exception);
            }
        }
    }

    private ObservableGauge<T> Gauge<T>(string name, string unit, string description, Func<OutboxStatus, T> value)
        where T : struct => _meter.CreateObservableGauge(
            $"domain_events.outbox.{name}",
            () => _snapshot is { } snapshot && _time.GetElapsedTime(snapshot.TakenAt) < Interval * 3 ? [new Measurement<T>(value(snapshot.Status))] : Array.Empty<Measurement<T>>(),
            unit,
            description);

    private sealed record Snapshot(OutboxStatus Status, long TakenAt);
}
