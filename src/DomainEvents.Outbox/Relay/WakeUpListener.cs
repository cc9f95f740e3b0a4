using DomainEvents.Outbox.Diagnostics;

namespace DomainEvents.Outbox.Relay;

/// <summary>Hears what other processes have committed, where the database tells; begins again when the connection is lost.</summary>
internal sealed class WakeUpListener(IOutboxWakeUp? wakeUp, TimeProvider time, OutboxOptions options, StoreFailureLog failures)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private TimeSpan Pause => options.PollingInterval < LongestPause ? options.PollingInterval : LongestPause;

    public async Task RunAsync(Action wake, CancellationToken stopping)
    {
        while (wakeUp is not null && !stopping.IsCancellationRequested)
        {
            try
            {
                await wakeUp.ListenAsync(Wake, stopping).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // the relay also looks by itself
            catch (Exception exception)
#pragma warning restore CA1031
            {
                failures.Failed(StoreCalls.Listen, exception);
            }

            await Task.Delay(Pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        void Wake()
        {
            failures.Succeeded(StoreCalls.Listen); // it is called once when the listening has begun
            wake();
        }
    }
}
