using System.Text.Json;

namespace DomainEvents.Outbox;

/// <summary>How events are stored and relayed. Read when the outbox is first used; not thread-safe before.</summary>
public sealed class OutboxOptions
{
    /// <summary>Longer than anybody keeps anything, and a moment that every database has.</summary>
    private static readonly TimeSpan LongestRetention = TimeSpan.FromDays(36_525);

    private int _batchSize = 100;
    private TimeSpan _pollingInterval = TimeSpan.FromSeconds(1);
    private TimeSpan _leaseDuration = TimeSpan.FromSeconds(30);
    private int _maxAttempts = 10;
    private TimeSpan _firstRetryDelay = TimeSpan.FromSeconds(1);
    private TimeSpan _maxRetryDelay = TimeSpan.FromMinutes(10);
    private int _maxPayloadBytes = 1 << 20;
    private int _maxConcurrency = 16;
    private TimeSpan? _historyRetention;

    /// <summary>How many events are read and acknowledged at once, 1 to 10,000. The default is 100.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public int BatchSize
    {
        get => _batchSize;
        set => _batchSize = InRange(value, 1, 10_000, nameof(BatchSize));
    }

    /// <summary>
    /// How often the relay looks by itself: the fallback, as a commit wakes it. More than zero, at most one day; the default is one second.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public TimeSpan PollingInterval
    {
        get => _pollingInterval;
        set => _pollingInterval = Positive(value, nameof(PollingInterval));
    }

    /// <summary>
    /// How long another relay waits before it takes over from one that is silent. At least one second, at most one day; the default is thirty seconds.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public TimeSpan LeaseDuration
    {
        get => _leaseDuration;
        set => _leaseDuration = value >= TimeSpan.FromSeconds(1)
            ? Positive(value, nameof(LeaseDuration))
            : throw new ArgumentOutOfRangeException(nameof(value), value, "LeaseDuration must be one second or more.");
    }

    /// <summary>How often a delivery is tried before it is a dead letter, 1 or more. The default is 10.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int MaxAttempts
    {
        get => _maxAttempts;
        set => _maxAttempts = InRange(value, 1, int.MaxValue, nameof(MaxAttempts));
    }

    /// <summary>
    /// The ceiling of the wait before the second attempt; it doubles with each, up to <see cref="MaxRetryDelay"/>, and a random half of it is left out.
    /// More than zero, at most one day; the default is one second.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public TimeSpan FirstRetryDelay
    {
        get => _firstRetryDelay;
        set => _firstRetryDelay = Positive(value, nameof(FirstRetryDelay));
    }

    /// <summary>The longest wait between two attempts. More than zero, at most one day; the default is ten minutes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public TimeSpan MaxRetryDelay
    {
        get => _maxRetryDelay;
        set => _maxRetryDelay = Positive(value, nameof(MaxRetryDelay));
    }

    /// <summary>Whether events that every handler is done with are kept in the log, for replay. The default is <see langword="true"/>.</summary>
    public bool KeepHistory { get; set; } = true;

    /// <summary>
    /// The longest event, in bytes of JSON: a longer one is refused by the save or the commit that would store it. If one is stored all the same,
    /// the relay does not read it, but makes it a dead letter. 1 or more; the default is 1 MiB.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int MaxPayloadBytes
    {
        get => _maxPayloadBytes;
        set => _maxPayloadBytes = InRange(value, 1, int.MaxValue, nameof(MaxPayloadBytes));
    }

    /// <summary>Whether this process runs the handlers. If not, another one relays, or <see cref="IOutboxRelay.DrainAsync"/> does. The default is <see langword="true"/>.</summary>
    public bool RunRelay { get; set; } = true;

    /// <summary>How many handler calls the relay has in flight at most, 1 or more; above 1,000 it counts events. An event with more handlers than that runs alone. The default is 16.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int MaxConcurrency
    {
        get => _maxConcurrency;
        set => _maxConcurrency = InRange(value, 1, int.MaxValue, nameof(MaxConcurrency));
    }

    /// <summary>How long the log keeps events: more than zero, at most a hundred years (36,525 days); <see langword="null"/> (the default) for ever.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public TimeSpan? HistoryRetention
    {
        get => _historyRetention;
        set => _historyRetention = value is null || (value > TimeSpan.Zero && value <= LongestRetention)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "HistoryRetention must be more than zero and at most 36,525 days, or null for ever.");
    }

    /// <summary>The database schema of the tables; <see langword="null"/> (the default) for the one that the connection goes by.</summary>
    public string? Schema { get; set; }

    /// <summary>How events become JSON; <see langword="null"/> (the default) for camel case and strict reading.</summary>
    public JsonSerializerOptions? SerializerOptions { get; set; }

    private static int InRange(int value, int min, int max, string name) => value >= min && value <= max
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, max == int.MaxValue ? $"{name} must be {min} or more." : $"{name} must be {min} to {max}.");

    private static TimeSpan Positive(TimeSpan value, string name) => value > TimeSpan.Zero && value <= TimeSpan.FromDays(1)
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, $"{name} must be more than zero and at most one day.");
}
