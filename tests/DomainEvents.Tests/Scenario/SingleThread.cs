using System.Collections.Concurrent;
using DomainEvents.TestSupport;

namespace DomainEvents.Tests;

/// <summary>A thread with a synchronization context that runs what is posted to it, and nothing else, as a user interface does.</summary>
internal sealed class SingleThread : SynchronizationContext
{
    private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _queue = [];
    private int _posts;

    /// <summary>How often something asked to come back to the thread.</summary>
    public int Posts => Volatile.Read(ref _posts);

    public override void Post(SendOrPostCallback d, object? state)
    {
        Interlocked.Increment(ref _posts);
        _queue.Add((d, state));
    }

    /// <summary>Runs <paramref name="work"/> on the thread; the thread is busy with it until it returns.</summary>
    public Task<T> RunAsync<T>(Func<T> work)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            SetSynchronizationContext(this);
            try
            {
                result.SetResult(work());
            }
            catch (Exception exception)
            {
                result.SetException(exception);
            }
        })
        { IsBackground = true };
        thread.Start();
        return result.Task.Soon();
    }
}
