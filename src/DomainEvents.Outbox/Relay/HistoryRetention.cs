using DomainEvents.Outbox.Diagnostics;

namespace DomainEvents.Outbox.Relay;

/// <summary>Removes what the log has kept long enough, a little at a time.</summary>
internal sealed class HistoryRetention(IOutboxStore store, TimeProvider time, OutboxOptions options, StoreFailureLog failures)
{
    private const int AtOnce = 1000;
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken stopping)
    {
        while (options.HistoryRetention is { } retention && !stopping.IsCancellationRequested)
        {
            var removed = 0;
            try
            {
                removed = await store.PurgeAsync(retention, AtOnce, stopping).ConfigureAwait(false);
                failures.Succeeded(StoreCalls.Purge);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // it is tried again
            catch (Exception exception)
#pragma warning restore CA1031
            {
                failures.Failed(StoreCalls.Purge, exception);
            }

            if (removed < AtOnce)
            {
                var pause = TimeSpan.FromTicks(Math.Clamp((retention / 10).Ticks, Shortest.Ticks, Longest.Ticks));
                await Task.Delay(pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
