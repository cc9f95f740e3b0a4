namespace DomainEvents.Outbox.Relay;

/// <summary>When a failed delivery is tried again: exponential backoff, of which a random half is left out.</summary>
/// <remarks>The "equal jitter" of M. Brooker, Exponential Backoff And Jitter, AWS Architecture Blog, 2015: never at once, and never all together.</remarks>
internal sealed class RetryPolicy(int maxAttempts, TimeSpan first, TimeSpan max, Random random)
{
    /// <summary>What is left of a handler that has not succeeded.</summary>
    /// <param name="outcome">What came of it.</param>
    /// <param name="before">How often it was tried before.</param>
    public Delivery After(HandlerOutcome outcome, int before)
    {
        var attempts = before + 1;
        return outcome.IsCancelled ? new Delivery(outcome.Handler, DeliveryState.Due, before)
            : outcome.IsFinal || attempts >= maxAttempts ? new Delivery(outcome.Handler, DeliveryState.Dead, attempts, Error: outcome.Error)
            : new Delivery(outcome.Handler, DeliveryState.Due, attempts, DelayAfter(attempts), outcome.Error);
    }

    private TimeSpan DelayAfter(int attempts)
    {
        var ceiling = Math.Min(max.TotalSeconds, first.TotalSeconds * Math.Pow(2, Math.Min(attempts - 1, 62)));
        return TimeSpan.FromSeconds(ceiling * (0.5 + (random.NextDouble() / 2)));
    }
}
