namespace DomainEvents.Transactions;

/// <summary>When, relative to the transaction that an event belongs to, a handler runs.</summary>
public enum TransactionPhase
{
    /// <summary>
    /// Immediately before the commit, inside the transaction, in the scope of the one who commits, one handler after
    /// the other. A failure rolls everything back and reaches the committer as it is. What it did in a save that failed, or
    /// behind a savepoint that is rolled back to, is undone: it runs again before the commit.
    /// </summary>
    BeforeCommit,

    /// <summary>After the outermost commit, in a scope of its own. The default.</summary>
    AfterCommit,

    /// <summary>After a rollback, in a scope of its own.</summary>
    AfterRollback,

    /// <summary>
    /// After the transaction, however it ended, also when its outcome is unknown; after the handlers of the other
    /// phases, in a scope of its own.
    /// </summary>
    AfterCompletion,
}
