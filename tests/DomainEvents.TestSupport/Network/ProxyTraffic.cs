namespace DomainEvents.TestSupport.Network;

/// <summary>What went through a proxy so far. Thread-safe.</summary>
internal sealed class ProxyTraffic
{
    private long _toServer;
    private long _toClient;

    public long Of(ProxyDirection direction) => Interlocked.Read(ref Counter(direction));

    public void Add(ProxyDirection direction, int bytes) => Interlocked.Add(ref Counter(direction), bytes);

    private ref long Counter(ProxyDirection direction) => ref direction == ProxyDirection.ToServer ? ref _toServer : ref _toClient;
}
