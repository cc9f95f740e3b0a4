using Microsoft.Extensions.Logging;

namespace DomainEvents.Outbox.Diagnostics;

/// <summary>
/// Tells of dead letters and of parked events, but not of thousands of them. Acknowledgements do not say which events they are about: what
/// is known of those that failed is kept until then. Not thread-safe.
/// </summary>
internal sealed class DeliveryLog(ILogger logger, TimeProvider time)
{
    private const int DeadLettersAtOnce = 20;
    private const int ParkedTypesAtOnce = 100;
    private const int LongestName = 200;
    private static readonly TimeSpan DeadLetterInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ParkedInterval = TimeSpan.FromMinutes(5);

    private readonly Dictionary<(long Position, string? Handler), Failure> _failures = [];
    private readonly HashSet<long> _suspects = [];
    private readonly Dictionary<(string Type, int Version), long> _parked = [];
    private long? _intervalBegan;
    private int _deadLetters;

    /// <summary>An event that has ended its process may become a dead letter without another attempt.</summary>
    public void Leased(RelayLease lease)
    {
        foreach (var partition in lease.Partitions)
        {
            if (partition.Interruption?.Position is { } position)
            {
                _suspects.Add(position);
            }
        }
    }

    public void Failed(OutboxMessage message, string handler) => Keep(message, handler);

    public void Exchanged(OutboxExchange request, OutboxExchangeResult result)
    {
        foreach (var acknowledgement in request.Acknowledgements)
        {
            foreach (var left in acknowledgement.Left)
            {
                TellIfDead(acknowledgement, left, result);
            }
        }

        if (request.Read is { } read)
        {
            LookAt(result.Events, read);
            LookAt(result.Deliveries, read);
        }

        TellRest(isLast: false);
    }

    /// <summary>What failed in lost partitions is the next owner's.</summary>
    public void Lost(IReadOnlyCollection<OwnedPartition> partitions)
    {
        foreach (var (key, failure) in _failures)
        {
            if (partitions.Any(lost => lost.Partition == failure.Partition))
            {
                _failures.Remove(key);
            }
        }
    }

    /// <summary>Dead letters that were only counted so far.</summary>
    public void TellRest(bool isLast)
    {
        if (_deadLetters > 0 && (isLast || time.GetElapsedTime(_intervalBegan!.Value) >= DeadLetterInterval))
        {
            if (_deadLetters > DeadLettersAtOnce)
            {
                OutboxLog.MoreDeadLetters(logger, _deadLetters - DeadLettersAtOnce);
            }

            _deadLetters = 0;
        }
    }

    private void TellIfDead(Acknowledgement acknowledgement, Delivery left, OutboxExchangeResult result)
    {
        var position = acknowledgement.Position;
        var isKnown = _failures.Remove((position, left.Handler), out var failure) || _failures.Remove((position, null), out failure);
        if (left.State != DeliveryState.Dead || result.Lost.Contains(acknowledgement.Partition))
        {
            return;
        }

        TellRest(isLast: false);
        if (_deadLetters++ == 0)
        {
            _intervalBegan = time.GetTimestamp();
        }

        if (_deadLetters <= DeadLettersAtOnce)
        {
            OutboxLog.DeadLetter(logger, isKnown ? failure.EventType : "An event", isKnown ? failure.EventId : null, position, left.Handler, left.Attempts);
        }
    }

    private void LookAt(IReadOnlyList<OutboxEntry> entries, OutboxRead read)
    {
        for (var i = 0; i < entries.Count; i++)
        {
            var message = entries[i].Message;
            if (!read.EventTypes.TryGetValue(message.EventType, out var newest) || message.Version > newest)
            {
                TellParked(message);
            }

            if (_suspects.Count > 0 && _suspects.Remove(message.Position))
            {
                Keep(message, handler: null);
            }
        }
    }

    private void TellParked(OutboxMessage message)
    {
        var key = (Printable(message.EventType), message.Version);
        if (_parked.TryGetValue(key, out var told) && time.GetElapsedTime(told) < ParkedInterval)
        {
            return;
        }

        if (_parked.Count >= ParkedTypesAtOnce)
        {
            foreach (var (type, at) in _parked)
            {
                if (time.GetElapsedTime(at) >= ParkedInterval)
                {
                    _parked.Remove(type);
                }
            }
        }

        if (_parked.Count < ParkedTypesAtOnce)
        {
            _parked[key] = time.GetTimestamp();
            OutboxLog.EventParked(logger, key.Item1, message.Version);
        }
    }

    private void Keep(OutboxMessage message, string? handler) =>
        _failures[(message.Position, handler)] = new Failure(message.EventType, message.EventId, message.Partition);

    /// <summary>The name of an unknown type is whatever somebody has stored.</summary>
    private static string Printable(string name) =>
        string.Concat((name.Length <= LongestName ? name : name[..LongestName]).Select(character => char.IsControl(character) || char.IsSurrogate(character) ? '?' : character));

    private readonly record struct Failure(string EventType, Guid EventId, int Partition);
}
