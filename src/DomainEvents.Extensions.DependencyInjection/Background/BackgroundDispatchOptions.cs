namespace DomainEvents.Background;

/// <summary>How work after transactions runs in the background. Read when the queue is first used.</summary>
public sealed class BackgroundDispatchOptions
{
    private int _capacity = 1024;
    private int _maxConcurrency = 8;

    /// <summary>
    /// How many transactions' work may wait, 1 or more; a commit waits for room when it is full. Synchronous commits,
    /// and commits in background handlers, never wait: the queue takes them above its capacity. The default is 1024.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int Capacity
    {
        get => _capacity;
        set => _capacity = value >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Capacity must be 1 or more.");
    }

    /// <summary>How many transactions' work runs at the same time, 1 or more; with 1 one after the other, as they were queued. The default is 8.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int MaxConcurrency
    {
        get => _maxConcurrency;
        set => _maxConcurrency = value >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "MaxConcurrency must be 1 or more.");
    }

    /// <summary>Whether all work goes to the queue, or only what a synchronous commit leaves.</summary>
    internal bool TakesEverything { get; set; }
}
