using System.Data.Common;

namespace DomainEvents.Outbox;

/// <summary>
/// Where the outbox is kept: the port that a database implements. Thread-safe. What it does is durable when a call returns, and
/// each call is one transaction. A call that throws may have taken effect; relays call again.
/// </summary>
/// <remarks>Leases and due times are judged by one clock, the database's.</remarks>
public interface IOutboxStore
{
    /// <summary>Whether a connection is of this store's provider, so that events can be written in its transactions.</summary>
    /// <param name="connection">The connection of a transaction, or of a context.</param>
    bool Accepts(DbConnection connection);

    /// <summary>
    /// Adds the INSERT of events to a command of this store's provider, behind the statements and parameters that it has, so that
    /// both go in one round trip. It returns no rows.
    /// </summary>
    /// <param name="command">The command.</param>
    /// <param name="messages">The events, one or more, in their order.</param>
    void AddInsert(DbCommand command, IReadOnlyList<OutboxMessage> messages);

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
    /// to the relay's share: each with the next epoch. Of a relay that is leaving only the leases and the handlers.
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
    /// <param name="leaves">Whether the relay ends, now or when what it keeps is done: it does not count for shares any more.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    ValueTask ReleaseAsync(string relay, IReadOnlyList<OwnedPartition> partitions, bool leaves, CancellationToken cancellationToken = default);

    /// <summary>Counts what is pending and what has failed.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    ValueTask<OutboxStatus> GetStatusAsync(CancellationToken cancellationToken = default);

    /// <summary>The dead letters, by position. They are read in pages: what changes meanwhile may or may not be among them.</summary>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    IAsyncEnumerable<DeadLetter> GetDeadLettersAsync(CancellationToken cancellationToken = default);

    /// <summary>Makes a dead letter due at once, with its attempts counted anew. What waits behind it goes on waiting.</summary>
    /// <param name="position">The place of the event.</param>
    /// <param name="handlerName">The name of the handler.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Whether there was such a dead letter: true only for the call that moved it.</returns>
    ValueTask<bool> RequeueAsync(long position, string handlerName, CancellationToken cancellationToken = default);

    /// <summary>
    /// Gives a delivery up: a dead letter, with the empty name a parked event or one that waits behind such a one, or one that waits for a handler
    /// which nobody announces. Not one of a single handler that a live relay has.
    /// </summary>
    /// <param name="position">The place of the event.</param>
    /// <param name="handlerName">The name of the handler.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Whether there was one to give up: true only for the call that did.</returns>
    ValueTask<bool> DiscardAsync(long position, string handlerName, CancellationToken cancellationToken = default);

    /// <summary>Removes the oldest events from the log, but none of which a delivery is left.</summary>
    /// <param name="olderThan">Only events that were stored longer ago than this, by the clock of the database.</param>
    /// <param name="limit">At most so many; 1 or more.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>How many were removed.</returns>
    ValueTask<int> PurgeAsync(TimeSpan olderThan, int limit, CancellationToken cancellationToken = default);
}
