namespace DomainEvents.TestSupport.Network;

/// <summary>A fault that waits for its moment on a <see cref="LoopbackProxy"/>, and happens once. Disposing disarms it. Thread-safe.</summary>
public abstract class ProxyFault : IDisposable
{
    private readonly TaskCompletionSource _happened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ArmedFaults _faults;

    private protected ProxyFault(ArmedFaults faults) => _faults = faults;

    /// <summary>Completes when the connection is cut; cancelled when that can no longer be: it was disarmed, or the proxy or the connection is gone.</summary>
    public Task Happened => _happened.Task;

    public void Dispose()
    {
        if (_faults.Remove(this))
        {
            Miss();
        }
    }

    internal void Happen() => _happened.TrySetResult();

    internal void Miss() => _happened.TrySetCanceled();
}
