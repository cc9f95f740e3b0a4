using System.Diagnostics.CodeAnalysis;

namespace DomainEvents.Outbox.Relay;

/// <summary>
/// Decides what a relay does next, and does nothing itself: it is told what time it is and what came of its commands. So one seed
/// makes one run, and whoever carries the commands out decides about threads. Not thread-safe.
/// </summary>
internal sealed partial class RelayEngine(RelaySettings settings, Random random)
{
    private readonly RetryPolicy _retries = new(settings.MaxAttempts, settings.FirstRetryDelay, settings.MaxRetryDelay, random);
    private readonly Lanes _lanes = new();
    private bool _isStopping;

    /// <summary>Whether it has stopped and given everything back.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>
    /// Whether there is nothing to do until time passes or somebody wakes it: it is a member, all that was read is handled and
    /// acknowledged, and what was asked for since is read. What others own, and retries that are not due, are no matter.
    /// </summary>
    public bool IsIdle =>
        _hasMembership && !_isChangingMembership && !_isExchanging && _lanes.Count == 0 && (!_wantsRead || _readable.Count == 0);

    /// <summary>How many handler calls have succeeded.</summary>
    public int Successes { get; private set; }

    /// <summary>What to do now; to be asked again until it says no.</summary>
    public bool TryNext(TimeSpan now, [NotNullWhen(true)] out RelayCommand? command)
    {
        LoseWhatHasRunOut(now);
        EndLongTrials(now);
        command = NextMembership(now) ?? NextHandle() ?? (RelayCommand?)NextExchange(now);
        return command is not null;
    }

    /// <summary>
    /// When to ask again although nothing was answered; <see langword="null"/> if that is no matter of time. To be asked when
    /// <see cref="TryNext"/> has said no.
    /// </summary>
    public TimeSpan? WakeAt()
    {
        var at = _partitions.Count > 0 ? _deadline : (TimeSpan?)null;
        if (!_isChangingMembership && !HasEnded)
        {
            at = Min(at, _nextRenewal);
        }

        if (_trialsEnd is { } trialsEnd)
        {
            at = Min(at, trialsEnd);
        }

        return ExchangeAt() is { } exchange ? Min(at, exchange) : at;
    }

    /// <summary>There may be something new to read.</summary>
    public void Wake() => _wantsRead = true;

    /// <summary>Begins nothing more, ends what has begun, and gives everything back.</summary>
    public void Stop()
    {
        _isStopping = true;
        foreach (var partition in _partitions.Values)
        {
            Leave(partition);
        }
    }

    private static TimeSpan Min(TimeSpan? one, TimeSpan other) => one is { } known && known < other ? known : other;
}
