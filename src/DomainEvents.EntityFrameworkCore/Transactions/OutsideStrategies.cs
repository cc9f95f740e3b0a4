using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace DomainEvents.EntityFrameworkCore.Transactions;

/// <summary>
/// Leaves the execution strategy that a commit may run in. It flows into what the commit calls, where other contexts would
/// take it for their own and leave all retries to it; but nothing that comes after the commit may repeat what came before.
/// </summary>
internal abstract class OutsideStrategies : ExecutionStrategy
{
    private OutsideStrategies(DbContext context)
        : base(context, maxRetryCount: 0, maxRetryDelay: TimeSpan.Zero)
    {
    }

    /// <summary>For the rest of the asynchronous method that calls it, and what that calls.</summary>
    public static void Enter() => Current = null;
}
