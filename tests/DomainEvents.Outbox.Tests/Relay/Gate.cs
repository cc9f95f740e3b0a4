namespace DomainEvents.Outbox.Tests.Relay;

/// <summary>A handler that says when it has begun, and ends when it is let go, or when it is cancelled if it listens to that.</summary>
internal sealed class Gate(bool ignoresToken = false) : IEventHandler<OrderPlaced>
{
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _calls;

    public Task Begun => _begun.Task;

    public Task Cancelled => _cancelled.Task;

    public int Calls => Volatile.Read(ref _calls);

    public void Open() => _open.TrySetResult();

    public async ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        _ = cancellationToken.Register(() => _cancelled.TrySetResult()); // for good: whoever waits for the token may end before its turn
        _begun.TrySetResult();
        try
        {
            await _open.Task.WaitAsync(ignoresToken ? CancellationToken.None : cancellationToken);
        }
        catch (OperationCanceledException)
        {
            _cancelled.TrySetResult();
            throw;
        }
    }
}
