using DomainEvents.Outbox.Diagnostics;

namespace DomainEvents.Outbox.Relay;

/// <summary>A relay that runs with the host, and what runs beside it.</summary>
#pragma warning disable CA1001 // a source without a timer or a link has nothing to dispose of, and may be cancelled more than once
internal sealed class HostedRelay
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _beside;

    public HostedRelay(RelayLoop loop, WakeUpListener listener, HistoryRetention retention, OutboxGauges gauges)
    {
        Loop = loop;
        using (ExecutionContext.SuppressFlow())
        {
            _beside = Task.Run(() => RunBesideAsync(listener, retention, gauges));
        }
    }

    public RelayLoop Loop { get; }

    public async Task StopAsync(CancellationToken timeIsOver)
    {
        _stopping.CancelBeside();
        await Loop.StopAsync(timeIsOver).ConfigureAwait(false);
        await _beside.WaitAsync(timeIsOver).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Waits neither for handlers nor for connections that do not end when they are cancelled.</summary>
    public async Task CancelAsync()
    {
        _stopping.CancelBeside();
        await Loop.CancelAsync().ConfigureAwait(false);
    }

    private async Task RunBesideAsync(WakeUpListener listener, HistoryRetention retention, OutboxGauges gauges)
    {
        using (gauges)
        {
            await Task.WhenAll(
                Task.Run(() => listener.RunAsync(Loop.Wake, _stopping.Token)),
                Task.Run(() => retention.RunAsync(_stopping.Token)),
                Task.Run(() => gauges.RunAsync(_stopping.Token))).ConfigureAwait(false);
        }
    }
}
