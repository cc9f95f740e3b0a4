namespace DomainEvents.Transactions;

/// <summary>
/// Holds events and callbacks back until a unit of work has committed. Disposed without a commit it rolls back.
/// </summary>
/// <remarks>
/// Opened by <see cref="IEventDispatcher"/>. Enqueuing is thread-safe; completing is for one thread at a time. Before-commit
/// handlers run in the scope of the dispatcher.
/// </remarks>
public sealed partial class EventTransaction : IAsyncDisposable, IDisposable
{
    private readonly List<(string Name, long Mark)> _savepoints = [];

    /// <summary>Where the transaction stands.</summary>
    public EventTransactionState State { get; private set; }

    /// <summary>Holds an event until the outermost commit. The same instance again changes nothing.</summary>
    /// <param name="domainEvent">The event.</param>
    /// <exception cref="ArgumentNullException"><paramref name="domainEvent"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">It holds another event with the same <see cref="IDomainEvent.EventId"/>.</exception>
    /// <exception cref="InvalidOperationException">The transaction is completed, or about to be.</exception>
    public void Enqueue(IDomainEvent domainEvent)
    {
        ArgumentNullException.ThrowIfNull(domainEvent);
        ThrowIfNotStorable();
        Outbox?.ThrowIfUnknown(domainEvent);
        _buffer.Add(this, domainEvent);
    }

    /// <summary>
    /// Holds the pending events of an aggregate, and those that it raises until the commit. They are removed from it
    /// by the commit and left on it by a rollback.
    /// </summary>
    /// <param name="source">The aggregate. The same one again publishes its events once.</param>
    /// <exception cref="ArgumentNullException"><paramref name="source"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">The transaction is completed, or about to be.</exception>
    public void Enqueue(IHasDomainEvents source)
    {
        ArgumentNullException.ThrowIfNull(source);
        ThrowIfNotStorable();
        _buffer.Add(this, source);
    }

    /// <summary>Runs work after the outermost commit, in the order of registration.</summary>
    /// <param name="callback">The work. Its token is cancelled when the host's time to shut down is over. A throw is logged.</param>
    /// <param name="name">Names it in the log; <see langword="null"/>: the name of its method.</param>
    /// <exception cref="ArgumentNullException"><paramref name="callback"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">The transaction is completed, or about to be.</exception>
    public void OnCommitted(Func<CancellationToken, ValueTask> callback, string? name = null) =>
        Register(Callback.Of(Occasions.AfterCommit, callback, name));

    /// <summary>Runs work after a rollback of this transaction or of one around it, in the order of registration.</summary>
    /// <param name="callback">The work. A throw is logged.</param>
    /// <param name="name">Names it in the log; <see langword="null"/>: the name of its method.</param>
    /// <exception cref="ArgumentNullException"><paramref name="callback"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">The transaction is completed, or about to be.</exception>
    public void OnRolledBack(Func<CancellationToken, ValueTask> callback, string? name = null) =>
        Register(Callback.Of(Occasions.AfterRollback, callback, name));

    /// <summary>Marks a place to roll back to, in the database transaction too. A repeated name hides the older one.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is <see langword="null"/> or empty.</exception>
    /// <exception cref="InvalidOperationException">The transaction is completed, or an inner one is open.</exception>
    /// <exception cref="NotSupportedException">The provider of the enlisted transaction has no savepoints.</exception>
    public void CreateSavepoint(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ThrowIfNotInnermost("create a savepoint in");
        RealTransaction?.CreateSavepoint(name);
        SavepointCreated(name);
    }

    /// <summary>
    /// Discards what was registered since a savepoint, callbacks included, and rolls the database transaction back to
    /// it. The savepoint itself stays, later ones end: SQL's meaning.
    /// </summary>
    /// <param name="name">The name of a savepoint of this transaction.</param>
    /// <exception cref="ArgumentException">This transaction has no such savepoint.</exception>
    /// <exception cref="InvalidOperationException">The transaction is completed, or an inner one is open.</exception>
    public void RollbackToSavepoint(string name)
    {
        ThrowIfNoSavepoint(name, "roll back to a savepoint of");
        RealTransaction?.RollbackToSavepoint(name);
        RolledBackToSavepoint(name);
    }

    /// <summary>Ends a savepoint, and later ones, and keeps what was registered since.</summary>
    /// <param name="name">The name of a savepoint of this transaction.</param>
    /// <exception cref="ArgumentException">This transaction has no such savepoint.</exception>
    /// <exception cref="InvalidOperationException">The transaction is completed, or an inner one is open.</exception>
    public void ReleaseSavepoint(string name)
    {
        ThrowIfNoSavepoint(name, "release a savepoint of");
        RealTransaction?.ReleaseSavepoint(name);
        SavepointReleased(name);
    }

    /// <summary>
    /// Runs before-commit handlers, commits the enlisted database transaction, and runs what waited for the commit; an
    /// inner transaction hands it to the outer one instead.
    /// </summary>
    /// <param name="cancellationToken">Looked at until the commit itself; work after it is not cancelled by it.</param>
    /// <returns>
    /// What came of the after-commit handlers, once they have ended; <see langword="default"/> for an inner
    /// transaction and with background dispatch. A handler's failure does not make the commit fail.
    /// </returns>
    /// <exception cref="InvalidOperationException">
    /// The transaction is completed, was completed without this library, or has an inner one open; or before-commit
    /// handlers raise events without end.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the commit.</exception>
    /// <exception cref="Exception">What a before-commit handler, or the database at the commit, threw: rolled back, or in doubt.</exception>
    public ValueTask<PublishResult> CommitAsync(CancellationToken cancellationToken = default) =>
        CommitAsync(synchronous: false, cancellationToken);

    /// <summary>As <see cref="CommitAsync(CancellationToken)"/>, but leaves the work after the commit to the background.</summary>
    /// <exception cref="InvalidOperationException">
    /// As for <see cref="CommitAsync(CancellationToken)"/>; or a before-commit handler does not complete synchronously:
    /// rolled back.
    /// </exception>
    public void Commit() => Finish(CommitAsync(synchronous: true, CancellationToken.None).AsTask());

    /// <summary>Discards what waits for the commit, rolls the enlisted database transaction back, and runs what waits for that.</summary>
    /// <param name="cancellationToken">Cancelled before the call: nothing happens. A rollback that has begun is not given up.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled before the call.</exception>
    /// <exception cref="InvalidOperationException">The transaction is committed, or is being committed.</exception>
    /// <remarks>Rolling back again is harmless. Inner transactions that are open end with it.</remarks>
    public ValueTask RollbackAsync(CancellationToken cancellationToken = default) =>
        RollbackAsync(synchronous: false, cancellationToken);

    /// <summary>As <see cref="RollbackAsync(CancellationToken)"/>, but leaves the work after the rollback to the background.</summary>
    /// <exception cref="InvalidOperationException">The transaction is committed, or is being committed.</exception>
    public void Rollback() => Finish(RollbackAsync(synchronous: true, CancellationToken.None).AsTask());

    /// <summary>Rolls back unless the transaction is completed. Does not throw: a failing rollback is logged.</summary>
    public ValueTask DisposeAsync() => DisposeAsync(synchronous: false);

    /// <summary>Rolls back unless the transaction is completed. Does not throw: a failing rollback is logged.</summary>
    public void Dispose() => Finish(DisposeAsync(synchronous: true).AsTask());

    // Complete already: what is synchronous does not await.
    private static void Finish(Task completed) => completed.GetAwaiter().GetResult();

    internal void Register(Callback callback)
    {
        _buffer.Add(this, callback);
    }

    private void ThrowIfNoSavepoint(string name, string action)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ThrowIfNotInnermost(action);
        if (IndexOfSavepoint(name) < 0)
        {
            throw new ArgumentException(
                $"This transaction has no savepoint named '{name}'. Create it here with CreateSavepoint; savepoints of other " +
                "transactions, and those behind one that was rolled back to, do not count.",
                nameof(name));
        }
    }

    private int IndexOfSavepoint(string name) =>
        _savepoints.FindLastIndex(savepoint => string.Equals(savepoint.Name, name, StringComparison.Ordinal));
}
