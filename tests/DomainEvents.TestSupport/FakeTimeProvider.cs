namespace DomainEvents.TestSupport;

/// <summary>A clock that moves only when it is told to, with timers. Thread-safe; callbacks run on the advancing thread.</summary>
public sealed class FakeTimeProvider : TimeProvider
{
    private readonly object _gate = new();
    private readonly List<FakeTimer> _timers = [];
    private TaskCompletionSource _timersChanged = NewSignal();
    private DateTimeOffset _utcNow;
    private long _elapsed;

    public FakeTimeProvider()
        : this(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    public FakeTimeProvider(DateTimeOffset start) => _utcNow = start.ToUniversalTime();

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Timers that are armed: neither disposed nor fired for the last time.</summary>
    public int ActiveTimers
    {
        get
        {
            lock (_gate)
            {
                return _timers.Count;
            }
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _utcNow;
        }
    }

    /// <summary>Starts at one second, as 0 is often read as "not measured"; unmoved by <see cref="SetUtcNow"/>.</summary>
    public override long GetTimestamp()
    {
        lock (_gate)
        {
            return TimeSpan.TicksPerSecond + _elapsed;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new FakeTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets time pass, and fires in the order of their due times all timers that become due.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        long target;
        lock (_gate)
        {
            target = _elapsed + by.Ticks;
        }

        while (NextDue(target) is { } due)
        {
            due.Fire();
        }
    }

    /// <summary>Sets the wall clock, forwards or back, as an administrator would: timers and timestamps do not notice.</summary>
    public void SetUtcNow(DateTimeOffset utcNow)
    {
        lock (_gate)
        {
            _utcNow = utcNow.ToUniversalTime();
        }
    }

    /// <summary>Waits until at least <paramref name="count"/> timers are armed, so that advancing cannot come too early.</summary>
    public async Task WaitForTimersAsync(int count = 1, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_timers.Count >= count)
                {
                    return;
                }

                changed = _timersChanged.Task;
            }

            await changed.WaitAsync(Signals.Timeout, cancellationToken);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private FakeTimer? NextDue(long target)
    {
        lock (_gate)
        {
            var due = _timers.Where(timer => timer.DueAt <= target).MinBy(timer => timer.DueAt);
            MoveTo(Math.Max(_elapsed, due?.DueAt ?? target));
            if (due is { Period: > 0 })
            {
                due.DueAt += due.Period;
            }
            else if (due is not null)
            {
                _timers.Remove(due);
            }

            return due;
        }
    }

    private void MoveTo(long elapsed)
    {
        _utcNow += TimeSpan.FromTicks(elapsed - _elapsed);
        _elapsed = elapsed;
    }

    private sealed class FakeTimer(FakeTimeProvider owner, TimerCallback callback, object? state) : ITimer
    {
        private bool _disposed;

        public long DueAt { get; set; }

        public long Period { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            bool dueNow;
            lock (owner._gate)
            {
                if (_disposed)
                {
                    return false;
                }

                owner._timers.Remove(this);
                dueNow = dueTime == TimeSpan.Zero;
                Period = Math.Max(0, period.Ticks);
                if (dueNow ? Period > 0 : dueTime > TimeSpan.Zero)
                {
                    DueAt = owner._elapsed + (dueNow ? Period : dueTime.Ticks);
                    owner._timers.Add(this);
                }

                owner._timersChanged.TrySetResult();
                owner._timersChanged = NewSignal();
            }

            if (dueNow)
            {
                // As a real timer would: never on the stack of the one who arms it.
                ThreadPool.QueueUserWorkItem(static timer => timer.Fire(), this, preferLocal: false);
            }

            return true;
        }

        public void Dispose()
        {
            lock (owner._gate)
            {
                _disposed = true;
                owner._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
