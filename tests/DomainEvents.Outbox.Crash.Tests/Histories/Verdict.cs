namespace DomainEvents.Outbox.Crash.Tests.Histories;

/// <summary>What is wrong with a history, and what had to be done twice.</summary>
internal sealed class Verdict
{
    private static readonly string[] Handlers = ["mail", "stock"];

    private readonly History _history;
    private readonly ILookup<(string EventId, string Handler), Handling> _byDelivery;
    private readonly List<string> _violations = [];

    public Verdict(History history, IReadOnlySet<string> killed)
    {
        _history = history;
        _byDelivery = history.Handlings.ToLookup(handling => (handling.EventId, handling.Handler));
        LapsedUnderTheLiving = history.Tenures.Count(tenure => tenure.WasInterrupted
            && history.Before(tenure) is { } lapsed && !killed.Contains(lapsed.Process));
        Count();
        CheckOwners();
        CheckRepetitions();
        CheckOrder();
        CheckOverlaps();
        CheckAcknowledged();
    }

    public IReadOnlyList<string> Violations => _violations;

    public int Events => _history.Orders.Count;

    /// <summary>Deliveries of committed orders that no handler has ended.</summary>
    public int Lost { get; private set; }

    /// <summary>Events that were handled and never committed.</summary>
    public int Phantom { get; private set; }

    /// <summary>Handler calls behind one that had ended, in a tenure that lapsed before its acknowledgement.</summary>
    public int Duplicates { get; private set; }

    /// <summary>Those of them where another handler of the event had not ended yet.</summary>
    public int DuplicatesBesideAnother { get; private set; }

    /// <summary>Tenures that ended by a lease that ran out although their process was alive: stopped, or without its database or a processor.</summary>
    public int LapsedUnderTheLiving { get; }

    /// <summary>Handler calls behind one that was interrupted.</summary>
    public int Interrupted { get; private set; }

    private void Count()
    {
        var committed = _history.Orders.Select(order => order.EventId).ToHashSet();
        foreach (var handling in _history.Handlings.Where(handling => !committed.Contains(handling.EventId)))
        {
            Phantom++;
            _violations.Add($"Phantom: {handling.What} was handled and never committed: {handling}");
        }

        foreach (var order in _history.Orders)
        {
            foreach (var handler in Handlers.Where(handler => !_byDelivery[(order.EventId, handler)].Any(handling => handling.Ended is not null)))
            {
                Lost++;
                _violations.Add($"Lost: order {order.Customer}/{order.Number}, event {order.EventId}, was committed and {handler} has not ended.");
            }
        }
    }

    private void CheckOwners() => _violations.AddRange(_history.Handlings
        .Where(handling => !_history.IsOwnedBy(handling))
        .Select(handling => $"Not its own: {handling.What}: {handling}"));

    /// <summary>Of the relays that have handled an event only the last one may still have owned it.</summary>
    private void CheckRepetitions()
    {
        foreach (var delivery in _byDelivery)
        {
            var handlings = delivery.ToList();
            for (var i = 1; i < handlings.Count; i++)
            {
                if (handlings[..i].Find(handling => handling.Ended is not null) is not { } ended)
                {
                    Interrupted++;
                    continue;
                }

                Duplicates++;
                if (IsBesideAnother(ended))
                {
                    DuplicatesBesideAnother++;
                }
            }

            var byEpoch = handlings.OrderBy(handling => handling.Epoch).ThenBy(handling => handling.Began).ToList();
            if (byEpoch.Zip(byEpoch.Skip(1)).Any(pair => !_history.MayRepeat(pair.First, pair.Second)))
            {
                _violations.Add($"Repeated for no reason: {handlings[0].What}: {string.Join(", ", handlings)}");
            }
        }
    }

    private bool IsBesideAnother(Handling ended) => Handlers.Any(handler =>
        !_byDelivery[(ended.EventId, handler)].Any(other => other.Epoch == ended.Epoch && other.Ended is not null));

    /// <summary>The first time that a handler ends for each event of a customer.</summary>
    private void CheckOrder()
    {
        var firsts = _byDelivery
            .Select(delivery => delivery.Where(handling => handling.Ended is not null).MinBy(handling => handling.Ended))
            .OfType<Handling>()
            .GroupBy(handling => (handling.Customer, handling.Handler));
        foreach (var stream in firsts)
        {
            var ended = stream.OrderBy(handling => handling.Ended).ToList();
            _violations.AddRange(ended.Zip(ended.Skip(1))
                .Where(pair => pair.First.Number >= pair.Second.Number)
                .Select(pair => $"Out of order: {pair.Second.What} {pair.Second} behind {pair.First.What} {pair.First}"));
        }
    }

    /// <summary>A handler is never at two events of a customer at once, unless a lease ran out under the first.</summary>
    private void CheckOverlaps()
    {
        foreach (var stream in _history.Handlings.GroupBy(handling => (handling.Customer, handling.Handler)))
        {
            var handlings = stream.ToList();
            for (var i = 1; i < handlings.Count; i++)
            {
                var (first, second) = (handlings[i - 1], handlings[i]);
                var mayOverlap = first.Epoch <= second.Epoch ? _history.MayRepeat(first, second) : _history.MayRepeat(second, first);
                if (!mayOverlap && (first.Ended is null || first.Ended > second.Began))
                {
                    _violations.Add($"At once: {first.What} {first} and {second.What} {second}");
                }
            }
        }
    }

    /// <summary>What is acknowledged does not come back. Who was stopped over its lease may still be at it.</summary>
    private void CheckAcknowledged()
    {
        var byPosition = _history.Handlings.ToLookup(handling => handling.Position);
        foreach (var acknowledged in _history.Acknowledged)
        {
            _violations.AddRange(byPosition[acknowledged.Position]
                .Where(handling => handling.Began > acknowledged.Moment && handling.Epoch >= acknowledged.Epoch)
                .Select(handling => $"Handled behind its acknowledgement at {acknowledged.Moment} in {acknowledged.Epoch}: {handling.What}: {handling} of {string.Join(", ", byPosition[acknowledged.Position].Select(each => $"{each.Handler} {each}"))}; it faltered at {_history.FalteredOf(handling.Process)}"));
        }
    }
}
