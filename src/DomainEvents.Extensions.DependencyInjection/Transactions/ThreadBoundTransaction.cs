using System.Transactions;

namespace DomainEvents.Transactions;

/// <summary>
/// An ambient transaction whose scope has no asynchronous flow: behind an await it is not there any more, on another
/// thread, although it is still open.
/// </summary>
internal sealed class ThreadBoundTransaction
{
    private static readonly ExecutionContext Empty = CaptureEmpty();

    private readonly Transaction _clone;
    private readonly int _threadId = Environment.CurrentManagedThreadId;

    private ThreadBoundTransaction(Transaction ambient) => _clone = ambient.Clone();

    public bool IsOpen => _clone.TransactionInformation.Status == TransactionStatus.Active;

    /// <summary>The ambient transaction if it is bound to this thread; <see langword="null"/> if it flows, or there is none.</summary>
    public static ThreadBoundTransaction? Find()
    {
        try
        {
            if (Transaction.Current is { TransactionInformation.Status: TransactionStatus.Active } ambient)
            {
                // What flows is part of the execution context; what is bound to the thread shows in an empty one, too.
                var bound = false;
                ExecutionContext.Run(Empty, _ => bound = Transaction.Current is not null, null);
                return bound ? new ThreadBoundTransaction(ambient) : null;
            }
        }
        catch (InvalidOperationException)
        {
            // Of a scope that is complete but not disposed.
        }

        return null;
    }

    /// <summary>Called where there is no ambient transaction: on its own thread that was asked for, elsewhere it was lost.</summary>
    public void ThrowIfLeftBehind()
    {
        if (Environment.CurrentManagedThreadId != _threadId && IsOpen)
        {
            throw new InvalidOperationException(
                "A TransactionScope without asynchronous flow was left behind by an await: its transaction is still open, but not on " +
                "this thread, so the event would be published before the commit. Create the scope with TransactionScopeAsyncFlowOption.Enabled.");
        }
    }

    private static ExecutionContext CaptureEmpty()
    {
        ExecutionContext? empty = null;
        var thread = new Thread(() => empty = ExecutionContext.Capture());
        thread.UnsafeStart();
        thread.Join();
        return empty!;
    }
}
