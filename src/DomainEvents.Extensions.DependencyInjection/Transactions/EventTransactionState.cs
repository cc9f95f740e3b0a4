namespace DomainEvents.Transactions;

/// <summary>Where an <see cref="EventTransaction"/> stands.</summary>
public enum EventTransactionState
{
    /// <summary>Open: events may be enqueued.</summary>
    Active,

    /// <summary>Committed; the work of an inner transaction now waits for the outer one.</summary>
    Committed,

    /// <summary>Rolled back, or disposed without a commit, or ended together with an outer transaction that was.</summary>
    RolledBack,

    /// <summary>
    /// The outcome is unknown: the connection was lost while committing, or the database transaction was completed
    /// without this library. The events were neither published nor treated as rolled back.
    /// </summary>
    InDoubt,
}
