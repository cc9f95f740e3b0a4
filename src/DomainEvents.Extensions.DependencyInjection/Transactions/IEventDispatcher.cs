using System.Data.Common;

namespace DomainEvents.Transactions;

/// <summary>
/// Publishes events when the transaction that caused them has committed. Scoped: one unit of work, one dispatcher.
/// </summary>
/// <remarks>
/// It knows the transactions that are opened here and the ambient <see cref="System.Transactions.Transaction.Current"/>;
/// of several, the innermost counts. Calls may come from any thread, but one unit of work is one flow: transactions are
/// opened and completed one inside the other.
/// </remarks>
public interface IEventDispatcher
{
    /// <summary>The innermost open transaction of this scope; <see langword="null"/> when none is. Ambient ones do not show.</summary>
    EventTransaction? Current { get; }

    /// <summary>Opens a transaction of events: the outermost, or one nested in the innermost that is open.</summary>
    /// <returns>The transaction; disposed without a commit it rolls back.</returns>
    /// <exception cref="ObjectDisposedException">The scope is disposed.</exception>
    EventTransaction Begin();

    /// <summary>Joins a database transaction: the two commit and roll back together, through the one returned.</summary>
    /// <param name="transaction">An open transaction. It remains the caller's to dispose.</param>
    /// <returns>
    /// The transaction of events. While it is active, enlisting the same database transaction again returns the same.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="transaction"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException"><paramref name="transaction"/> is completed.</exception>
    /// <exception cref="ObjectDisposedException">The scope is disposed.</exception>
    EventTransaction Enlist(DbTransaction transaction);

    /// <summary>
    /// Holds an event until the innermost transaction, and all around it, has committed. With none open it is published
    /// at once, or refused, as <see cref="EventTransactionOptions.NoTransaction"/> says.
    /// </summary>
    /// <param name="domainEvent">The event.</param>
    /// <param name="cancellationToken">
    /// Cancelled before the call: nothing happens. It reaches handlers that run during the call, not those after a commit.
    /// </param>
    /// <returns><see langword="default"/> for an event that is held.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="domainEvent"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The transaction holds another event with the same <see cref="IDomainEvent.EventId"/>.</exception>
    /// <exception cref="InvalidOperationException">
    /// No transaction is open and the policy is <see cref="NoTransactionPolicy.Throw"/>; or a
    /// <see cref="System.Transactions.TransactionScope"/> without asynchronous flow was left behind by an await.
    /// </exception>
    /// <exception cref="System.Transactions.TransactionException">The ambient transaction has already ended.</exception>
    /// <remarks>
    /// In an ambient transaction before-commit handlers run during this call, as it offers no moment before its commit;
    /// a failure of theirs rolls it back.
    /// </remarks>
    ValueTask<PublishResult> PublishAsync(IDomainEvent domainEvent, CancellationToken cancellationToken = default);

    /// <summary>
    /// Holds the pending events of an aggregate likewise. They stay on it until the commit removes them, and are left
    /// on it by a rollback. With no transaction they are pulled and published at once.
    /// </summary>
    /// <param name="source">The aggregate.</param>
    /// <param name="cancellationToken">As for <see cref="PublishAsync"/>.</param>
    /// <returns><see langword="default"/> for events that are held.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="source"/> is <see langword="null"/>.</exception>
    ValueTask<PublishResult> PublishFromAsync(IHasDomainEvents source, CancellationToken cancellationToken = default);

    /// <summary>
    /// Runs any work after the commit: in the order of registration, among the events, one at a time. With no
    /// transaction it runs in the background at once.
    /// </summary>
    /// <param name="callback">The work. Its token is cancelled when the host's time to shut down is over. A throw is logged.</param>
    /// <param name="name">Names it in the log; <see langword="null"/>: the name of its method.</param>
    /// <exception cref="ArgumentNullException"><paramref name="callback"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">No transaction is open and the policy is <see cref="NoTransactionPolicy.Throw"/>.</exception>
    void OnCommitted(Func<CancellationToken, ValueTask> callback, string? name = null);

    /// <summary>Runs any work after a rollback, likewise. With no transaction it is dropped.</summary>
    /// <param name="callback">The work. A throw is logged.</param>
    /// <param name="name">Names it in the log; <see langword="null"/>: the name of its method.</param>
    /// <exception cref="ArgumentNullException"><paramref name="callback"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">No transaction is open and the policy is <see cref="NoTransactionPolicy.Throw"/>.</exception>
    void OnRolledBack(Func<CancellationToken, ValueTask> callback, string? name = null);

    /// <summary>Waits until all work that this scope's transactions have left so far has ended, in the background too.</summary>
    /// <param name="cancellationToken">Ends the waiting, not the work.</param>
    /// <exception cref="InvalidOperationException">It is called from within that work, which would wait for itself.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    Task WhenIdleAsync(CancellationToken cancellationToken = default);
}
