using System.Data.Common;
using System.Diagnostics;
using DomainEvents.Outbox.Tests.Simulation;

namespace DomainEvents.Outbox.Tests.Relay;

/// <summary>The store of the simulation, on real time and for several threads: for tests of what is around the engine.</summary>
internal sealed class InMemoryStore : IOutboxStore
{
    private readonly SimulatedStore _store = new(OutboxMessage.PartitionCount);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _ahead;

    /// <summary>Thrown by every call as long as it is set.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Awaited by each call before it takes effect; gets its name, and may throw.</summary>
    public Func<string, CancellationToken, ValueTask>? OnCall { get; set; }

    public TimeSpan? OldestPendingAge { get; set; }

    /// <summary>What becomes of an answer on its way to the relay.</summary>
    public Func<OutboxExchangeResult, OutboxExchangeResult> OnAnswer { get; set; } = result => result;

    /// <summary>How many events a purge removes, given how many it may.</summary>
    public Func<int, int> Purge { get; set; } = _ => 0;

    public List<OutboxMessage> Written { get; } = [];

    public int Calls { get; private set; }

    public IReadOnlyList<(long Position, string Handler, SimulatedStore.Row Row)> Deliveries => Run(() => _store.Deliveries.ToList());

    /// <summary>Lets time pass for the database alone: leases run out.</summary>
    public void Advance(TimeSpan by) => Run(() => _ahead += by);

    public bool Accepts(DbConnection connection) => false;

    public void AddInsert(DbCommand command, IReadOnlyList<OutboxMessage> messages) => throw new NotSupportedException();

    public async ValueTask WriteAsync(
        IReadOnlyList<OutboxMessage> messages, DbTransaction? transaction, bool synchronous, CancellationToken cancellationToken = default)
    {
        await BeginAsync("write", cancellationToken);
        Run(() =>
        {
            foreach (var message in messages)
            {
                Written.Add(message);
                _store.Commit(message with { Position = _store.Draw() });
            }

            return true;
        });
    }

    /// <summary>What another process has left, in whatever shape.</summary>
    public void Add(OutboxMessage message) => Run(() =>
    {
        _store.Commit(message with { Position = _store.Draw() });
        return true;
    });

    public async ValueTask<RelayLease> RenewAsync(RelayRenewal renewal, CancellationToken cancellationToken = default)
    {
        await BeginAsync("renew", cancellationToken);
        return Run(() => _store.Renew(renewal));
    }

    public async ValueTask<OutboxExchangeResult> ExchangeAsync(OutboxExchange exchange, CancellationToken cancellationToken = default)
    {
        await BeginAsync("exchange", cancellationToken);
        return OnAnswer(Run(() => _store.Exchange(exchange)));
    }

    public async ValueTask ReleaseAsync(string relay, IReadOnlyList<OwnedPartition> partitions, bool leaves, CancellationToken cancellationToken = default)
    {
        await BeginAsync("release", cancellationToken);
        Run(() =>
        {
            _store.Release(relay, partitions, leaves);
            return true;
        });
    }

    public async ValueTask<OutboxStatus> GetStatusAsync(CancellationToken cancellationToken = default)
    {
        await BeginAsync("status", cancellationToken);
        return Run(() => new OutboxStatus(
            _store.Pending,
            _store.Deliveries.Count(delivery => delivery.Row.State == DeliveryState.Due),
            _store.Deliveries.Count(delivery => delivery.Row.State == DeliveryState.Dead),
            _store.Deliveries.Count(delivery => delivery.Row.State == DeliveryState.Parked),
            OldestPendingAge));
    }

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

    public async ValueTask<int> PurgeAsync(TimeSpan olderThan, int limit, CancellationToken cancellationToken = default)
    {
        await BeginAsync("purge", cancellationToken);
        return Run(() => Purge(limit));
    }

    private ValueTask BeginAsync(string call, CancellationToken cancellationToken) => OnCall?.Invoke(call, cancellationToken) ?? default;

    private T Run<T>(Func<T> call)
    {
        lock (_store)
        {
            Calls++;
            _store.Now = _clock.Elapsed + _ahead;
            return Failure is null ? call() : throw Failure;
        }
    }
}
