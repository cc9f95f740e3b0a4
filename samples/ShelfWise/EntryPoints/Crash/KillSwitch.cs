namespace ShelfWise.EntryPoints.Crash;

/// <summary>
/// Finds the moment to kill a process: it has told the distributor of some orders, and gets no answer to the last one, so that its
/// handler is in the middle of the work. Thread-safe.
/// </summary>
internal sealed class KillSwitch
{
    private readonly Lock _gate = new();
    private TaskCompletionSource<Guid> _due = new();
    private TaskCompletionSource _answer = new();
    private int _ordersLeft;

    /// <summary>Begins to count.</summary>
    /// <returns>The event that gets no answer, when it is there.</returns>
    public Task<Guid> Arm(int orders)
    {
        lock (_gate)
        {
            _ordersLeft = orders;
            _due = new TaskCompletionSource<Guid>(TaskCreationOptions.RunContinuationsAsynchronously);
            _answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _due.Task;
        }
    }

    /// <summary>From now on every order is answered.</summary>
    public void Disarm()
    {
        lock (_gate)
        {
            _ordersLeft = 0;
            _answer.TrySetResult();
        }
    }

    /// <summary>For the distributor, before it answers.</summary>
    public Task OnOrderAsync(Guid eventId)
    {
        lock (_gate)
        {
            if (_ordersLeft == 0 || --_ordersLeft > 0)
            {
                return Task.CompletedTask;
            }

            _due.TrySetResult(eventId);
            return _answer.Task;
        }
    }
}
