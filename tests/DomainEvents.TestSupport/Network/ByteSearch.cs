namespace DomainEvents.TestSupport.Network;

/// <summary>Finds bytes in a stream that comes in pieces, also where they lie across two of them. Not thread-safe.</summary>
internal sealed class ByteSearch
{
    /// <summary>What a search can be for at most.</summary>
    public const int Limit = 1024;

    private byte[] _window = [];
    private int _before;

    public void Append(ReadOnlySpan<byte> piece)
    {
        var tail = _window.AsSpan(Math.Max(0, _window.Length - (Limit - 1)));
        _before = tail.Length;
        _window = [.. tail, .. piece];
    }

    /// <summary>Whether the bytes end within the newest piece: those that ended before are old news.</summary>
    public bool Contains(ReadOnlySpan<byte> bytes) => _window.AsSpan(Math.Max(0, _before - (bytes.Length - 1))).IndexOf(bytes) >= 0;
}
