namespace ShelfWise.Adapters.Diagnostics;

/// <summary>The calls of one handler. Thread-safe.</summary>
internal sealed class HandlerCalls
{
    private int _succeeded;
    private int _failed;
    private long _ticks;

    public int Succeeded => Volatile.Read(ref _succeeded);

    public int Failed => Volatile.Read(ref _failed);

    public int Total => Succeeded + Failed;

    public TimeSpan Mean => TimeSpan.FromTicks(Volatile.Read(ref _ticks) / Math.Max(1, Total));

    public void Add(bool succeeded, TimeSpan duration)
    {
        Interlocked.Increment(ref succeeded ? ref _succeeded : ref _failed);
        Interlocked.Add(ref _ticks, duration.Ticks);
    }
}
