namespace DomainEvents.PostgreSql;

/// <summary>
/// Below which position a relay need not look: the index is full of what it has acknowledged since the last vacuum, and a read that
/// begins at the lowest position would go through all of that. Used by one exchange at a time.
/// </summary>
/// <remarks>
/// Nothing can appear below a position once every transaction is over that was running when the position was known: each has its
/// number before it draws a position (see <see cref="SchemaScript"/>), and the sequence gives ascending numbers.
/// </remarks>
internal sealed class Floor
{
    /// <summary>So many acknowledgements are passed over before the next look at it.</summary>
    private const int Interval = 100;

    private ulong _partitions;
    private long _seen;
    private long _settled;
    private (long Position, ulong Transaction)? _pending;
    private int _acknowledged = Interval;

    /// <summary>The lowest position at which there may be an event for the relay.</summary>
    public long Position { get; private set; }

    /// <summary>Whether it is time to raise it.</summary>
    public bool IsDue => _acknowledged >= Interval;

    /// <summary>Before a read: what is below is known for the partitions only that were read before.</summary>
    public void Read(IReadOnlyList<int> partitions)
    {
        var asked = 0UL;
        for (var index = 0; index < partitions.Count; index++)
        {
            asked |= 1UL << partitions[index];
        }

        if ((asked & ~_partitions) != 0)
        {
            Position = 0;
        }

        _partitions = asked;
    }

    public void Acknowledged(int count) => _acknowledged += count;

    /// <summary>An event was read.</summary>
    public void Seen(long position) => _seen = Math.Max(_seen, position);

    /// <summary>What the database says.</summary>
    /// <param name="first">The lowest position that there is in the partitions; <see langword="null"/> if there is none.</param>
    /// <param name="oldest">The oldest transaction that is running.</param>
    /// <param name="own">The number of this one: whoever drew what was seen before it began has a lower one.</param>
    public void Raise(long? first, ulong oldest, ulong own)
    {
        _acknowledged = 0;
        if (_pending is { } pending && oldest >= pending.Transaction)
        {
            _settled = Math.Max(_settled, pending.Position);
            _pending = null;
        }

        _pending ??= (_seen, own);
        Position = Math.Max(Position, Math.Min(first ?? long.MaxValue, _settled + 1));
    }
}
