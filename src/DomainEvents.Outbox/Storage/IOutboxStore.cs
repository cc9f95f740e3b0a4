using System.Data.Common;

namespace DomainEvents.Outbox;

/// <summary>
/// Where the outbox is kept: the port that a database implements. Thread-safe. What it does is durable when a call returns, and
/// each call is one transaction. A call that throws may have taken effect; relays call again.
/// </summary>
/// <remarks>Leases and due times are judged by one clock, the database's.</remarks>
public interface IOutboxStore
{
    /// <summary>Writes events, in their order, as the last statement of a transaction or in one of its own.</summary>
    /// <param name="messages">The events; nothing happens if there are none.</param>
    /// <param name="transaction">The transaction, of this store's database; <see langword="null"/> for one of its own.</param>
    /// <param name="synchronous">Whether the call completes before it returns, as its caller cannot wait.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ArgumentException">The transaction is of another provider.</exception>
    ValueTask WriteAsync(
        IReadOnlyList<OutboxMessage> messages, DbTransaction? transaction, bool synchronous, CancellationToken cancellationToken = default);

    /// <summary>
    /// Prolongs a relay's membership and leases, forgets relays whose time is over, announces its handlers, and takes over partitions that nobody owns, up
    /// to the relay's share: each with the next epoch.
    /// </summary>
    /// <param name="renewal">Who asks, and for how long.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    ValueTask<RelayLease> RenewAsync(RelayRenewal renewal, CancellationToken cancellationToken = default);

    /// <summary>Acknowledges and reads. Both are refused for partitions that the relay does not own any more.</summary>
    /// <param name="exchange">What to write and to read.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    ValueTask<OutboxExchangeResult> ExchangeAsync(OutboxExchange exchange, CancellationToken cancellationToken = default);

    /// <summary>Gives partitions back, in such a way that the next owner does not take them for interrupted.</summary>
    /// <param name="relay">The name of the relay.</param>
    /// <param name="partitions">Partitions; those that are another's by now are left alone.</param>
    /// <param name="leaves">Whether the relay ends: it does not count for shares any more.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    ValueTask ReleaseAsync(string relay, IReadOnlyList<OwnedPartition> partitions, bool leaves, CancellationToken cancellationToken = default);
}
