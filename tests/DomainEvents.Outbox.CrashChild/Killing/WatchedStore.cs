using System.Collections.Concurrent;
using System.Data.Common;
using DomainEvents.Outbox.CrashChild.Orders;

namespace DomainEvents.Outbox.CrashChild.Killing;

/// <summary>A store that writes down who owns what when, and before and behind whose calls the process can die.</summary>
internal sealed class WatchedStore(IOutboxStore store, NamedPoints points, Journal journal) : IOutboxStore
{
    private readonly ConcurrentDictionary<int, long> _epochs = [];
    private readonly ConcurrentDictionary<Guid, EventPlace> _places = [];

    /// <summary>Where an event that was read has its place.</summary>
    public EventPlace PlaceOf(Guid eventId) => _places[eventId];

    public bool Accepts(DbConnection connection) => store.Accepts(connection);

    public void AddInsert(DbCommand command, IReadOnlyList<OutboxMessage> messages) => store.AddInsert(command, messages);

    public async ValueTask WriteAsync(
        IReadOnlyList<OutboxMessage> messages, DbTransaction? transaction, bool synchronous, CancellationToken cancellationToken = default)
    {
        points.Reach(NamedPoint.BeforeInsert);
        await store.WriteAsync(messages, transaction, synchronous, cancellationToken);
        points.Reach(NamedPoint.AfterInsert);
    }

    public async ValueTask<RelayLease> RenewAsync(RelayRenewal renewal, CancellationToken cancellationToken = default)
    {
        var lease = await store.RenewAsync(renewal, cancellationToken);
        await journal.FalteredAsync(cancellationToken);
        var taken = lease.Partitions.Where(partition => partition.IsNew).ToList();
        if (taken.Count > 0)
        {
            await journal.TookOverAsync(taken, cancellationToken);
            taken.ForEach(partition => _epochs[partition.Owned.Partition] = partition.Owned.Epoch);
            points.Reach(NamedPoint.AfterTakeOver);
        }

        return lease;
    }

    public async ValueTask<OutboxExchangeResult> ExchangeAsync(OutboxExchange exchange, CancellationToken cancellationToken = default)
    {
        ReachIf(exchange.Acknowledgements.Count > 0, NamedPoint.BeforeAcknowledgement);
        var result = await store.ExchangeAsync(exchange, cancellationToken);
        ReachIf(exchange.Acknowledgements.Count > 0, NamedPoint.AfterAcknowledgement);
        ReachIf(exchange.Note is not null, NamedPoint.AfterNote);
        foreach (var entry in result.Events.Concat(result.Deliveries))
        {
            var partition = entry.Message.Partition;
            _places[entry.Message.EventId] = new EventPlace(partition, _epochs[partition], entry.Message.Position);
        }

        ReachIf(result.Events.Count > 0, NamedPoint.AfterRead);
        if (result.Lost.Count > 0)
        {
            Parent.Tell($"fenced {exchange.Acknowledgements.Count(acknowledgement => result.Lost.Contains(acknowledgement.Partition))}");
        }

        await journal.AcknowledgedAsync(
            [
                .. exchange.Acknowledgements
                    .Where(acknowledgement => acknowledgement is { Handler: null, Left.Count: 0 } && !result.Lost.Contains(acknowledgement.Partition))
                    .Select(acknowledgement => new EventPlace(
                        acknowledgement.Partition,
                        exchange.Fence.First(fenced => fenced.Partition == acknowledgement.Partition).Epoch,
                        acknowledgement.Position)),
            ],
            cancellationToken);
        return result;
    }

    public ValueTask ReleaseAsync(string relay, IReadOnlyList<OwnedPartition> partitions, bool leaves, CancellationToken cancellationToken = default) =>
        store.ReleaseAsync(relay, partitions, leaves, cancellationToken);

    public ValueTask<OutboxStatus> GetStatusAsync(CancellationToken cancellationToken = default) => store.GetStatusAsync(cancellationToken);

    public IAsyncEnumerable<DeadLetter> GetDeadLettersAsync(CancellationToken cancellationToken = default) => store.GetDeadLettersAsync(cancellationToken);

    public ValueTask<bool> RequeueAsync(long position, string handlerName, CancellationToken cancellationToken = default) =>
        store.RequeueAsync(position, handlerName, cancellationToken);

    public ValueTask<bool> DiscardAsync(long position, string handlerName, CancellationToken cancellationToken = default) =>
        store.DiscardAsync(position, handlerName, cancellationToken);

    public ValueTask<int> PurgeAsync(TimeSpan olderThan, int limit, CancellationToken cancellationToken = default) =>
        store.PurgeAsync(olderThan, limit, cancellationToken);

    private void ReachIf(bool condition, NamedPoint point)
    {
        if (condition)
        {
            points.Reach(point);
        }
    }
}
