namespace DomainEvents.Outbox.Relay;

/// <content>
/// When to exchange. Each exchange is a transaction: it is worth it when handlers run out of work, or when enough
/// acknowledgements have come together. As long as handlers have work, they lose nothing by waiting.
/// </content>
internal sealed partial class RelayEngine
{
    private bool _wantsRead;

    private bool _mustAcknowledge;
    private TimeSpan? _acknowledgeBy;
    private TimeSpan _nextRead;
    private TimeSpan _notBefore;

    /// <summary>The next batch comes while one at most is left; but what waits behind busy streams, or for a trial, must not keep others from being read.</summary>
    private bool MayRead => (_lanes.Buffered <= settings.BatchSize || HasIdleHandlers) && ToRead.Count > 0;

    /// <summary>Of what is on trial nothing, as long as more waits for that than a batch: it is read when that is done.</summary>
    private IReadOnlyList<int> ToRead =>
        _lanes.HasHeld && _lanes.Buffered > settings.BatchSize ? [.. _readable.Where(partition => !_partitions[partition].IsOnTrial)] : _readable;

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
            at = Min(at, _wantsRead ? TimeSpan.Zero : _nextRead);
        }

        return at < _notBefore ? _notBefore : at;
    }

    /// <summary>Failures and retries at once: the time of the next attempt counts from there, and others wait behind them.</summary>
    private bool IsTimeToAcknowledge => _mustAcknowledge || _calls == 0 || _acknowledgements.Count * 2 >= settings.BatchSize;
}
