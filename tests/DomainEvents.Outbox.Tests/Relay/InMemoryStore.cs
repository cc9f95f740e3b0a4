using System.Data.Common;
using System.Diagnostics;
using DomainEvents.Outbox.Tests.Simulation;

namespace DomainEvents.Outbox.Tests.Relay;

/// <summary>The store of the simulation, on real time and for several threads: for tests of what is around the engine.</summary>
internal sealed class InMemoryStore : IOutboxStore
{
    private readonly SimulatedStore _store = new(OutboxMessage.PartitionCount);
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>Thrown by every call as long as it is set.</summary>
    public Exception? Failure { get; set; }

    public List<OutboxMessage> Written { get; } = [];

    public int Calls { get; private set; }

    public IReadOnlyList<(long Position, string Handler, SimulatedStore.Row Row)> Deliveries => Run(() => _store.Deliveries.ToList());

    public bool Accepts(DbConnection connection) => false;

    public void AddInsert(DbCommand command, IReadOnlyList<OutboxMessage> messages) => throw new NotSupportedException();

    public ValueTask WriteAsync(
        IReadOnlyList<OutboxMessage> messages, DbTransaction? transaction, bool synchronous, CancellationToken cancellationToken = default)
    {
        Run(() =>
        {
            foreach (var message in messages)
            {
                Written.Add(message);
                _store.Commit(message with { Position = _store.Draw() });
            }

            return true;
        });
        return default;
    }

    /// <summary>What another process has left, in whatever shape.</summary>
    public void Add(OutboxMessage message) => Run(() =>
    {
        _store.Commit(message with { Position = _store.Draw() });
        return true;
    });

    public ValueTask<RelayLease> RenewAsync(RelayRenewal renewal, CancellationToken cancellationToken = default) => new(Run(() => _store.Renew(renewal)));

    public ValueTask<OutboxExchangeResult> ExchangeAsync(OutboxExchange exchange, CancellationToken cancellationToken = default) =>
        new(Run(() => _store.Exchange(exchange)));

    public ValueTask ReleaseAsync(string relay, IReadOnlyList<OwnedPartition> partitions, bool leaves, CancellationToken cancellationToken = default)
    {
        Run(() =>
        {
            _store.Release(relay, partitions, leaves);
            return true;
        });
        return default;
    }

    public ValueTask<OutboxStatus> GetStatusAsync(CancellationToken cancellationToken = default) => new(Run(() => new OutboxStatus(
        _store.Pending,
        _store.Deliveries.Count(delivery => delivery.Row.State == DeliveryState.Due),
        _store.Deliveries.Count(delivery => delivery.Row.State == DeliveryState.Dead),
        _store.Deliveries.Count(delivery => delivery.Row.State == DeliveryState.Parked),
        null)));

    public async IAsyncEnumerable<DeadLetter> GetDeadLettersAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask;
        foreach (var (position, handler, row) in Deliveries.Where(delivery => delivery.Row.State == DeliveryState.Dead))
        {
            yield return new DeadLetter(position, handler, row.Message.EventType, row.Message.EventId, row.Attempts, row.Error!, default);
        }
    }

    public ValueTask<bool> RequeueAsync(long position, string handlerName, CancellationToken cancellationToken = default) => new(Run(() => _store.Requeue(position, handlerName)));

    public ValueTask<bool> DiscardAsync(long position, string handlerName, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<int> PurgeAsync(TimeSpan olderThan, int limit, CancellationToken cancellationToken = default) => new(0);

    private T Run<T>(Func<T> call)
    {
        lock (_store)
        {
            Calls++;
            _store.Now = _clock.Elapsed;
            return Failure is null ? call() : throw Failure;
        }
    }
}
