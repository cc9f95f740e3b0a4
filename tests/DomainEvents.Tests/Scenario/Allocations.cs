namespace DomainEvents.Tests;

/// <summary>Bytes allocated in a warmed-up loop.</summary>
internal static class Allocations
{
    private const int Rounds = 1_000;
    private const int Batches = 5;

    /// <summary>
    /// Of synchronous work on this thread, per call. What the work allocates shows in every batch, even if only once in
    /// a thousand calls. What is allocated once in five thousand does not: 12 KB were seen once in a first batch, of a
    /// cause that was not found.
    /// </summary>
    public static double PerCall(Action work)
    {
        for (var i = 0; i < 200; i++)
        {
            work();
        }

        return Enumerable.Range(0, Batches).Min(_ => Batch(work));
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
