namespace DomainEvents.Background;

/// <summary>Counts what is under way, and says when nothing is any more. Thread-safe.</summary>
internal sealed class IdleSignal
{
    private readonly object _gate = new();
    private int _busy;
    private TaskCompletionSource? _idle;

    public void Enter()
    {
        lock (_gate)
        {
            _busy++;
        }
    }

    public void Leave()
    {
        TaskCompletionSource? idle = null;
        lock (_gate)
        {
            if (--_busy == 0)
            {
                (idle, _idle) = (_idle, null);
            }
        }

        idle?.SetResult();
    }

    public Task WhenIdle()
    {
        lock (_gate)
        {
            return _busy == 0
                ? Task.CompletedTask
                : (_idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }
}
