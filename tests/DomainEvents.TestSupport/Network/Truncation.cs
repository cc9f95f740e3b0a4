namespace DomainEvents.TestSupport.Network;

/// <summary>Ends a connection within what the server says. Used by one connection at a time.</summary>
internal sealed class Truncation(ArmedFaults faults, int bytes) : ProxyFault(faults)
{
    private int _left = bytes;

    public bool IsReached => _left == 0;

    /// <summary>What the client may still see.</summary>
    public ReadOnlyMemory<byte> Shorten(ReadOnlyMemory<byte> piece)
    {
        var part = piece[..Math.Min(piece.Length, _left)];
        _left -= part.Length;
        return part;
    }
}
