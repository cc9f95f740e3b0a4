using DomainEvents.Diagnostics;

namespace DomainEvents.Transactions;

/// <content>The end of one transaction, and what comes of all that it holds.</content>
public sealed partial class EventTransaction
{
    private void Leave(EventTransactionState state)
    {
        State = state;
        if (_outer is not null && _outer._inner == this)
        {
            _outer._inner = null;
        }

        _enlisted?.Leave(this);
        TransactionTelemetry.CountEnded(state);
    }

    /// <summary>Ends one transaction: the buffer is emptied first, then the work runs, or waits for the outer one.</summary>
    private ValueTask<PublishResult> EndAsync(EventTransactionState state, bool synchronous)
    {
        Leave(state);
        if (state == EventTransactionState.InDoubt || (state == EventTransactionState.Committed && Outbox is not null && _buffer.Exists(HasStored)))
        {
            Outbox?.Committed(); // in doubt: the row, if it is there, decides
        }

        if (state != EventTransactionState.Committed)
        {
            return DiscardAsync(state, synchronous);
        }

        if (_outer is null)
        {
            return _dispatcher.FinishAsync(_buffer.Commit(_dispatcher.Logger), Occasions.AfterCommit, synchronous);
        }

        // What an inner transaction holds stays in the buffer that it shares with the outer one.
        if (Outbox is not null && HasTransaction)
        {
            _buffer.CommitStored(this, _dispatcher.Logger);
        }

        return default;
    }

    /// <summary>
    /// Lets go of what it holds. What is stored in a database transaction around it, which goes on, is up to that one; what one
    /// inside it has committed stays committed.
    /// </summary>
    private async ValueTask<PublishResult> DiscardAsync(EventTransactionState state, bool synchronous)
    {
        if (state == EventTransactionState.InDoubt)
        {
            _buffer.ForgetAccepted(this, _dispatcher.Logger);
        }

        var committed = _outer is null ? _buffer.TakeCommitted(this) : [];
        var discarded = _buffer.Discard(this, keepsStored: _outer is not null && !HasTransaction);
        await _dispatcher.FinishAsync(committed, Occasions.AfterCommit, synchronous).ConfigureAwait(false);
        var occasion = state == EventTransactionState.RolledBack ? Occasions.AfterRollback : Occasions.InDoubt;
        return await _dispatcher.FinishAsync(discarded, occasion, synchronous).ConfigureAwait(false);
    }
}
