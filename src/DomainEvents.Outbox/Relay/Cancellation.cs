namespace DomainEvents.Outbox.Relay;

/// <summary>Cancelling without waiting: what was registered with a token is the code of handlers and stores.</summary>
internal static class Cancellation
{
    /// <summary>The token is cancelled when this returns. Its callbacks run on another thread, for as long as they like, and what they throw is nobody's.</summary>
    public static void CancelBeside(this CancellationTokenSource source) => _ = CancelAsync(source);

    private static async Task CancelAsync(CancellationTokenSource source) =>
        await source.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
