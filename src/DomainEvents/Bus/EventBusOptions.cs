namespace DomainEvents;

/// <summary>How a bus runs its handlers. Read once, when the bus is created; not thread-safe before.</summary>
public sealed class EventBusOptions
{
    // TimeProvider's timers count milliseconds in 32 bits.
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private FanOut _fanOut = FanOut.Concurrent;
    private int? _maxConcurrency;
    private TimeSpan? _handlerTimeout;
    private int _maxPublishDepth = 64;
    private TimeProvider _timeProvider = TimeProvider.System;

    /// <summary>How the handlers of one event run side by side. The default is <see cref="FanOut.Concurrent"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not defined.</exception>
    public FanOut FanOut
    {
        get => _fanOut;
        set => _fanOut = Enum.IsDefined(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "FanOut must be one of its defined values.");
    }

    /// <summary>
    /// How many handlers of one publish may run at the same time, 1 or more; <see langword="null"/> (the default) for
    /// no limit. Sequential modes have a limit of one in any case.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int? MaxConcurrency
    {
        get => _maxConcurrency;
        set => _maxConcurrency = value is null or >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "MaxConcurrency must be 1 or more, or null for no limit.");
    }

    /// <summary>
    /// The longest that each handler may take, its middleware and scope included; <see langword="null"/> (the default)
    /// for no limit. Its token is cancelled when the time is over, and it counts as failed with
    /// <see cref="TimeoutException"/> even if it then succeeds; the publish still waits for its end.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive, or is longer than 49 days.</exception>
    public TimeSpan? HandlerTimeout
    {
        get => _handlerTimeout;
        set => _handlerTimeout = value is null || (value > TimeSpan.Zero && value <= LongestTimeout)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "HandlerTimeout must be positive and at most 49 days, or null for no limit.");
    }

    /// <summary>
    /// How deep handlers may publish from handlers on one stack, 1 or more. The outermost publish is depth 1. The
    /// default is 64.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int MaxPublishDepth
    {
        get => _maxPublishDepth;
        set => _maxPublishDepth = value >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "MaxPublishDepth must be 1 or more.");
    }

    /// <summary>The clock for time-outs and durations. The default is <see cref="TimeProvider.System"/>.</summary>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public TimeProvider TimeProvider
    {
        get => _timeProvider;
        set => _timeProvider = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>
    /// Middleware around every handler call, the first outermost. In a container these come before those that are
    /// added there.
    /// </summary>
    public IList<IEventMiddleware> Middleware { get; } = [];
}
