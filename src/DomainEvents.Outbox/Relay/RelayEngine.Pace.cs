namespace DomainEvents.Outbox.Relay;

/// <content>
/// When to exchange. Each exchange is a transaction: it is worth it when handlers run out of work, or when enough
/// acknowledgements have come together. As long as handlers have work, they lose nothing by waiting.
/// </content>
internal sealed partial class RelayEngine
{
    private bool _wantsRead;

    // A read has left out what is on trial.
    private bool _wantsReadOfTrial;
    private bool _mustAcknowledge;
    private TimeSpan? _acknowledgeBy;
    private TimeSpan _nextRead;
    private TimeSpan _notBefore;

    private bool WantsRead => _wantsRead || (_wantsReadOfTrial && !IsCrowdedByTrial);

    /// <summary>The next batch comes while one at most is left; but what waits behind busy streams, or for a trial, must not keep others from being read.</summary>
    private bool MayRead => _readable.Count > 0
        && (_lanes.Buffered <= settings.BatchSize || (HasIdleHandlers && (!_lanes.HasHeld || _partitions.Values.Any(partition => partition is { IsOnTrial: false, IsLeaving: false }))));

    /// <summary>Whether what waits for a trial is enough: only what is not on trial is read.</summary>
    private bool IsCrowdedByTrial => _lanes.HasHeld && _lanes.Buffered > settings.BatchSize;

    private bool HasIdleHandlers => _calls < settings.MaxConcurrency && _lanes.FirstReady() is null;

    /// <summary>When to exchange, if that is known: otherwise it is known when something ends.</summary>
    private TimeSpan? ExchangeAt()
    {
        if (_isExchanging)
        {
            return null;
        }

        TimeSpan? at = null;
        if (NextNote is not null || (_acknowledgements.Count > 0 && IsTimeToAcknowledge))
        {
            at = TimeSpan.Zero;
        }
        else if (_acknowledgements.Count > 0)
        {
            at = _acknowledgeBy;
        }

        if (_lanes.FirstReady() is null && MayRead)
        {
            at = Min(at, WantsRead ? TimeSpan.Zero : _nextRead);
        }

        return at < _notBefore ? _notBefore : at;
    }

    /// <summary>Failures and retries at once: the time of the next attempt counts from there, and others wait behind them.</summary>
    private bool IsTimeToAcknowledge => _mustAcknowledge || _calls == 0 || _acknowledgements.Count * 2 >= settings.BatchSize;
}
