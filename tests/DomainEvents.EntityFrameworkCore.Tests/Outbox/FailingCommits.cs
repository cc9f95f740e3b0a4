using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace DomainEvents.EntityFrameworkCore.Tests.Outbox;

/// <summary>Commits that time out before they are sent.</summary>
internal sealed class FailingCommits : DbTransactionInterceptor
{
    public int Left { get; set; }

    public override InterceptionResult TransactionCommitting(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result)
    {
        if (Left > 0)
        {
            Left--;
            throw new TimeoutException();
        }

        return result;
    }

    public override ValueTask<InterceptionResult> TransactionCommittingAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) =>
        new(TransactionCommitting(transaction, eventData, result));
}
