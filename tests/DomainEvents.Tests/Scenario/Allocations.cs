namespace DomainEvents.Tests;

/// <summary>Bytes allocated in a warmed-up loop.</summary>
internal static class Allocations
{
    private const int Rounds = 1_000;
    private const int Batches = 5;

    /// <summary>
    /// Of synchronous work on this thread, per call. The worst of five batches is left out: the runtime allocates on a
    /// caller's thread once in a while. What the work allocates, be it once in 2,500 calls, shows in two of them. Without
    /// the synchronization context of xunit, under which no publish takes the short way of servers.
    /// </summary>
    public static double PerCall(Action work)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            for (var i = 0; i < 200; i++)
            {
                work();
            }

            return Enumerable.Range(0, Batches).Select(_ => Batch(work)).Order().SkipLast(1).Last();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private static double Batch(Action work)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Rounds; i++)
        {
            work();
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Rounds;
    }
}
