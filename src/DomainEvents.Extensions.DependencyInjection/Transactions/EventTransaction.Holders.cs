using System.Data.Common;
using DomainEvents.Diagnostics;

namespace DomainEvents.Transactions;

/// <content>Who is in a database transaction, and how this ends when the end of that was not told.</content>
public sealed partial class EventTransaction
{
    /// <summary>Whether the database transaction is not there any more: completed, disposed of, or its connection is gone.</summary>
    internal bool IsLost => _enlisted is { IsCompleted: true } or { IsConnected: false };

    /// <inheritdoc cref="EnlistedTransaction.Hold"/>
    internal void Hold(ITransactionHolder holder) => _enlisted?.Hold(holder);

    internal void LetGo(ITransactionHolder holder) => _enlisted?.LetGo(holder);

    /// <summary>Whether somebody is in it who may complete its database transaction.</summary>
    internal bool IsHeld => _enlisted?.IsHeld(this) is true;

    /// <summary>Its database transaction is to be completed through this.</summary>
    internal void MarkEnlisted()
    {
        if (_enlisted is not null)
        {
            _enlisted.IsEnlisted = true;
        }
    }

    /// <inheritdoc cref="EnlistedTransaction.TellsDisposal"/>
    internal void MarkTelling()
    {
        if (_enlisted is not null)
        {
            _enlisted.TellsDisposal = true;
        }
    }

    /// <summary>From now on it is of this scope, if the one who has opened it has none, and may end before.</summary>
    internal void HandOverTo(EventDispatcher dispatcher) => _dispatcher = _dispatcher.IsScoped ? _dispatcher : dispatcher;

    /// <summary>Whether it stands for a database transaction that contexts were given to use, and that is for others to complete.</summary>
    internal bool IsOfOthers => _enlisted is { IsOwned: false, IsEnlisted: false };

    /// <summary>Its scope ends before it.</summary>
    internal async ValueTask EndWithScopeAsync(bool synchronous)
    {
        if (IsOfOthers)
        {
            await EndUnheardOfAsync(synchronous).ConfigureAwait(false);
        }
        else
        {
            await DisposeAsync(synchronous).ConfigureAwait(false);
        }
    }

    /// <summary>Ends it, and tells, if its database transaction was completed without this library and nobody is in it any more.</summary>
    /// <param name="next">The connection of the transaction that its user goes on with, if any: no two of one connection are open at once.</param>
    internal bool EndIfLost(DbConnection? next)
    {
        if (!HasLostItsTransaction || _committing || (IsHeld && !_enlisted!.IsOf(next)))
        {
            return false;
        }

        Dispose();
        return true;
    }

    /// <summary>
    /// Its database transaction has ended and nobody told of it: disposed of without a commit, if a context has begun it
    /// and would not tell that; otherwise nobody knows how. What is open inside cannot be committed any more.
    /// </summary>
    internal ValueTask<PublishResult> EndUnheardOfAsync(bool synchronous)
    {
        if (State != EventTransactionState.Active)
        {
            return default; // completed here before: what it handed to the one around it is that one's
        }

        OpenInside().ForEach(inner => inner.Leave(EventTransactionState.RolledBack));
        if (_enlisted is { IsOwned: true, TellsDisposal: false })
        {
            return EndAsync(EventTransactionState.RolledBack, synchronous);
        }

        Log.Contained(() => TransactionLog.CompletedElsewhere(_dispatcher.Logger));
        return EndAsync(EventTransactionState.InDoubt, synchronous);
    }

    internal void CompleteUnheardOf()
    {
        if (State == EventTransactionState.Active)
        {
            Finish(EndUnheardOfAsync(synchronous: true).AsTask());
        }
    }
}
