namespace DomainEvents.Transactions;

/// <content>What a transaction refuses, and what to do instead.</content>
public sealed partial class EventTransaction
{
    private void ThrowIfTooManyRounds(int round, IDomainEvent next)
    {
        if (round > _dispatcher.MaxBeforeCommitRounds)
        {
            throw new InvalidOperationException(
                $"Before-commit handlers still raise events, {EventTypeName.Of(next.GetType())} among them, after " +
                $"{_dispatcher.MaxBeforeCommitRounds} rounds. Usually an event causes itself: break the cycle, or raise " +
                "EventTransactionOptions.MaxBeforeCommitRounds.");
        }
    }

    /// <summary>An ambient transaction has no last moment before its commit, and no connection to write with.</summary>
    private void ThrowIfNotStorable()
    {
        if (Outbox is not null && IsOfAmbientOnly)
        {
            throw new InvalidOperationException(
                "Events cannot be stored in the outbox from within a TransactionScope alone. Raise them on an aggregate that a context with " +
                "AddEntityFrameworkOutbox saves in the scope, or begin a transaction on a connection and pass it to IEventDispatcher.Enlist.");
        }
    }

    internal void ThrowIfCompleted()
    {
        if (State != EventTransactionState.Active)
        {
            throw new InvalidOperationException($"The transaction is completed ({State}). Open another with IEventDispatcher.Begin or Enlist.");
        }
    }

    /// <summary>Whether its database transaction is over and nobody has told: what is published now may belong to it, or not.</summary>
    internal void ThrowIfLost()
    {
        if (IsBehindLost)
        {
            throw new InvalidOperationException(
                "The database transaction around this was committed or rolled back directly, or its connection is lost, so nothing more can be published " +
                "with it. Dispose of the EventTransaction first, or end it where a context has it: dispose of its transaction, or call UseTransaction(null).");
        }
    }

    private void ThrowIfInnerIsOpen(string action)
    {
        if (_inner is not null)
        {
            throw new InvalidOperationException($"Cannot {action} the transaction while one that was opened inside it is open: complete that first.");
        }
    }

    private void ThrowIfNotInnermost(string action)
    {
        ThrowIfCompleted();
        ThrowIfInnerIsOpen(action);
        if (_committing)
        {
            throw new InvalidOperationException($"Cannot {action} the transaction: it is being committed.");
        }
    }
}
