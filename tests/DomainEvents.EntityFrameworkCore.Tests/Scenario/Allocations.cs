namespace DomainEvents.EntityFrameworkCore.Tests.Scenario;

/// <summary>Bytes allocated in a warmed-up loop.</summary>
internal static class Allocations
{
    private const int Rounds = 100;
    private const int Batches = 5;

    /// <summary>
    /// Of work that stays on this thread, per call. The worst of five batches is left out: the runtime allocates on a
    /// caller's thread once in a while. What the work allocates shows in two of them.
    /// </summary>
    public static double PerCall(Action work)
    {
        for (var i = 0; i < Rounds; i++)
        {
            work();
        }

        return Enumerable.Range(0, Batches).Select(_ => Batch(work)).Order().SkipLast(1).Last();
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
