namespace DomainEvents.Tests;

/// <summary>Bytes allocated in a warmed-up loop.</summary>
internal static class Allocations
{
    private const int Rounds = 1_000;

    /// <summary>Of synchronous work on this thread, per call. Exact: anything allocated every now and then shows as well.</summary>
    public static double PerCall(Action work)
    {
        for (var i = 0; i < 200; i++)
        {
            work();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Rounds; i++)
        {
            work();
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Rounds;
    }
}
