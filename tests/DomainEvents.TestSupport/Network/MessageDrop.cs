namespace DomainEvents.TestSupport.Network;

/// <summary>Cuts the connection on which the client sends certain bytes, before they are forwarded or when they are answered.</summary>
internal sealed class MessageDrop(ArmedFaults faults, byte[] message, bool isBefore, byte[]? answer) : ProxyFault(faults)
{
    public bool IsBefore => isBefore;

    public bool IsIn(ByteSearch sent) => sent.Contains(message);

    public bool IsAnswered(ByteSearch received) => answer is null || received.Contains(answer);
}
