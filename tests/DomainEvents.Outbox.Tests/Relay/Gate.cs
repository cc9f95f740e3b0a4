using System.Collections.Concurrent;

namespace DomainEvents.Outbox.Tests.Relay;

/// <summary>A handler that says when it has begun, and ends when it is let go, or when it is cancelled if it listens to that.</summary>
internal sealed class Gate(bool ignoresToken = false, Exception? failure = null) : IEventHandler<OrderPlaced>
{
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _calls;

    public Task Begun => _begun.Task;

    public Task Cancelled => _cancelled.Task;

    public int Calls => Volatile.Read(ref _calls);

    /// <summary>The books of the events that it was done with.</summary>
    public ConcurrentQueue<string> Handled { get; } = [];

    public void Open() => _open.TrySetResult();

    public async ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        _ = cancellationToken.Register(() => _cancelled.TrySetResult()); // for good: whoever waits for the token may end before its turn
        _begun.TrySetResult();
        try
        {
            await _open.Task.WaitAsync(ignoresToken ? CancellationToken.None : cancellationToken);
            if (failure is not null)
            {
                throw failure;
            }

            Handled.Enqueue(domainEvent.Book);
        }
        catch (OperationCanceledException)
        {
            _cancelled.TrySetResult();
            throw;
        }
    }
}
