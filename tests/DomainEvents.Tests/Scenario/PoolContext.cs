namespace DomainEvents.Tests;

/// <summary>A synchronization context that goes on on the thread pool, and is still there when it does.</summary>
internal sealed class PoolContext : SynchronizationContext
{
    /// <summary>
    /// Runs the rest of the test with a synchronization context, or with none. Where there is none, as on servers, a
    /// publish takes a shorter way, which xunit, with a context around each test, would hide. It takes its own back.
    /// </summary>
    public static void Use(bool context) => SetSynchronizationContext(context ? new PoolContext() : null);

    public override void Post(SendOrPostCallback d, object? state) => ThreadPool.QueueUserWorkItem(_ =>
    {
        SetSynchronizationContext(this);
        d(state);
    });
}
