using DomainEvents.Diagnostics;

namespace DomainEvents.Transactions;

/// <content>For transactions that somebody else completes, System.Transactions or Entity Framework Core, and tells of.</content>
public sealed partial class EventTransaction
{
    private Exception? _refusal;
    private bool _isHidden;

    /// <summary>The place behind all that is held by now, for <see cref="DiscardSince"/>.</summary>
    internal long Place => _buffer.Place;

    internal bool HasFresh => _buffer.HasFresh(this);

    /// <summary>Whether it is open for one save, which commits by itself.</summary>
    internal bool IsOfSave { get; set; }

    internal EventTransaction? Outer => _outer;

    /// <summary>Whether it is a unit of work without a database transaction or an ambient one around it.</summary>
    internal bool IsManual => !IsAmbient && _enlisted is null && _outer is null or { IsManual: true };

    /// <summary>Takes the pending events of an aggregate, but none that it raises later.</summary>
    internal void Take(IHasDomainEvents source) => _buffer.Take(this, source);

    /// <summary>Lets go of what was registered behind a place: the work that raised it has failed, and may be tried again.</summary>
    internal void DiscardSince(long place) => _buffer.Discard(this, place);

    /// <summary>What <see cref="DiscardSince"/> a place undoes.</summary>
    internal IReadOnlyList<BufferEntry> Since(long place) => _buffer.Since(this, place);

    /// <summary>What has failed has succeeded after all: holds what was discarded, here or in another transaction.</summary>
    internal void Restore(IReadOnlyList<BufferEntry> since) => _buffer.Restore(this, since);

    /// <summary>The last moment before the commit: runs before-commit handlers, and takes no more events from then on.</summary>
    /// <param name="synchronous">Whether the committer cannot wait.</param>
    /// <param name="save">Saves what the handlers have changed; called until nothing is left that they have not seen.</param>
    /// <param name="cancellationToken">Handed to the handlers.</param>
    /// <exception cref="InvalidOperationException">An inner transaction is open, or a handler has refused the commit before.</exception>
    internal async ValueTask PrepareCommitAsync(bool synchronous, Func<ValueTask> save, CancellationToken cancellationToken)
    {
        ThrowIfNotInnermost("commit");
        if (_refusal is not null)
        {
            throw new InvalidOperationException("A before-commit handler has refused the transaction: roll it back.", _refusal);
        }

        _committing = true;
        try
        {
            for (var round = 0; HasFresh && round < _dispatcher.MaxBeforeCommitRounds; round++)
            {
                await RunBeforeCommitAsync(sealWhenDone: false, synchronous, cancellationToken).ConfigureAwait(false);
                await save().ConfigureAwait(false);
            }

            await RunBeforeCommitAsync(sealWhenDone: _outer is null, synchronous, cancellationToken).ConfigureAwait(false);
            ThrowIfInnerIsOpen("commit");
            if (_enlisted is not null)
            {
                await LookAtDatabaseAsync(_enlisted, synchronous).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            (_refusal, _committing) = (exception, false);
            throw;
        }
    }

    /// <summary>From now on nothing is published into it any more, or into what is open inside, although it is open.</summary>
    internal void Hide() => _isHidden = true;

    internal bool IsHidden => _isHidden || _outer is { IsHidden: true };

    /// <summary>The commit has not taken place, and the transaction is as it was before.</summary>
    internal void Reopen()
    {
        _committing = false;
        _buffer.Unseal();
    }

    /// <summary>Whether a failed commit may have taken effect: not if it was refused before the database had it.</summary>
    internal bool IsOutcomeUnknown(Exception commitFailure) =>
        _refusal is null && (_enlisted is null || _enlisted.IsOutcomeUnknown(commitFailure));

    /// <summary>Ends as the transaction that it stands for has ended; what is still open inside ends as rolled back.</summary>
    internal async ValueTask<PublishResult> CompleteAsync(EventTransactionState state, bool synchronous, Exception? cause = null)
    {
        if (State != EventTransactionState.Active)
        {
            return default;
        }

        foreach (var inner in OpenInside())
        {
            if (state == EventTransactionState.Committed)
            {
                await inner.EndAsync(EventTransactionState.RolledBack, synchronous).ConfigureAwait(false);
            }
            else
            {
                inner.Leave(EventTransactionState.RolledBack);
            }
        }

        if (state == EventTransactionState.InDoubt)
        {
            Log.Contained(() => TransactionLog.CommitInDoubt(_dispatcher.Logger, cause));
        }

        return await EndAsync(state, synchronous).ConfigureAwait(false);
    }

    /// <summary>As <see cref="CompleteAsync"/>, with the work after it left to the background.</summary>
    internal void Complete(EventTransactionState state) => Finish(CompleteAsync(state, synchronous: true).AsTask());

    /// <summary>A savepoint that was created in the database transaction already.</summary>
    internal void SavepointCreated(string name) => _savepoints.Add((name, _buffer.Mark()));

    /// <summary>The database transaction was rolled back to a savepoint. One that is not known holds nothing.</summary>
    internal void RolledBackToSavepoint(string name)
    {
        if (IndexOfSavepoint(name) is >= 0 and var index)
        {
            _buffer.Discard(this, _savepoints[index].Mark);
            _savepoints.RemoveRange(index + 1, _savepoints.Count - index - 1);
        }
    }

    internal void SavepointReleased(string name)
    {
        if (IndexOfSavepoint(name) is >= 0 and var index)
        {
            _savepoints.RemoveRange(index, _savepoints.Count - index);
        }
    }
}
