using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace DomainEvents.EntityFrameworkCore.Tests.Outbox;

/// <summary>Does what timed out again, at once.</summary>
internal sealed class RetryTimeouts : ExecutionStrategy
{
    public RetryTimeouts(DbContext context)
        : base(context, 5, TimeSpan.Zero)
    {
    }

    public RetryTimeouts(ExecutionStrategyDependencies dependencies)
        : base(dependencies, 5, TimeSpan.Zero)
    {
    }

    protected override bool ShouldRetryOn(Exception exception) => exception is TimeoutException;

    protected override TimeSpan? GetNextDelay(Exception lastException) => base.GetNextDelay(lastException) is null ? null : TimeSpan.Zero;
}
