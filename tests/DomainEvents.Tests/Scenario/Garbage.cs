namespace DomainEvents.Tests;

internal static class Garbage
{
    /// <summary>Collects until the target is gone, or gives up: unloading takes several rounds. Returns whether it lives.</summary>
    public static bool Collect(WeakReference target)
    {
        for (var round = 0; round < 20 && target.IsAlive; round++)
        {
            CollectOnce();
        }

        return target.IsAlive;
    }

    public static void CollectOnce()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }

    public static long LiveBytes()
    {
        CollectOnce();
        CollectOnce();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
