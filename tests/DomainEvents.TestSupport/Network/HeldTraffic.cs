namespace DomainEvents.TestSupport.Network;

/// <summary>The traffic of one direction, which waits in a <see cref="LoopbackProxy"/> until this is released. Thread-safe.</summary>
public sealed class HeldTraffic : IDisposable
{
    private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ArmedFaults _faults;

    internal HeldTraffic(ArmedFaults faults, ProxyDirection direction)
    {
        _faults = faults;
        Direction = direction;
    }

    public ProxyDirection Direction { get; }

    /// <summary>Completes when the first bytes have arrived and wait.</summary>
    public Task Arrived => _arrived.Task;

    /// <summary>Lets everything go on; again does nothing.</summary>
    public void Release()
    {
        _faults.Remove(this);
        _released.TrySetResult();
    }

    public void Dispose() => Release();

    internal Task WaitAsync(CancellationToken cancellationToken)
    {
        _arrived.TrySetResult();
        return _released.Task.WaitAsync(cancellationToken);
    }
}
