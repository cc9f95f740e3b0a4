namespace DomainEvents.TestSupport;

/// <summary>Waiting for something to happen, with a limit so generous that only a hang meets it.</summary>
public static class Signals
{
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    public static Task Soon(this Task task) => task.WaitAsync(Timeout);

    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(Timeout);

    public static Task Soon(this ValueTask task) => task.AsTask().WaitAsync(Timeout);

    public static Task<T> Soon<T>(this ValueTask<T> task) => task.AsTask().WaitAsync(Timeout);
}
