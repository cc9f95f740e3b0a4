namespace DomainEvents.Outbox.CrashChild.Killing;

/// <summary>Ends or stops the process where it was told to. Thread-safe.</summary>
internal sealed class NamedPoints(ChildOptions options)
{
    private int _times;

    public void Reach(NamedPoint point)
    {
        if (point != options.Point || Interlocked.Increment(ref _times) != options.Times)
        {
            return;
        }

        Parent.Tell($"at {point}");
        if (options.Stops)
        {
            // The signal may be another thread's, which leaves this one a moment to go on in.
            Signal.Stop.SendTo(Environment.ProcessId);
            Parent.Continued.Wait();
        }
        else
        {
            Die();
        }
    }

    /// <summary>As by SIGKILL from outside: no finally block and no handler of the end of a process runs.</summary>
    public static void Die()
    {
        Signal.Kill.SendTo(Environment.ProcessId);
        Thread.Sleep(Timeout.Infinite);
    }
}
