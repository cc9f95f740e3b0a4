namespace DomainEvents.TestSupport.Network;

/// <summary>Which way bytes go through a <see cref="LoopbackProxy"/>.</summary>
public enum ProxyDirection
{
    ToServer,
    ToClient,
}
