namespace DomainEvents;

/// <summary>
/// Starts every handler of a stage on the caller's thread, then waits for those that have not completed yet. The
/// hottest path of the library: nothing is allocated while handlers complete synchronously.
/// </summary>
internal sealed class ConcurrentFanOut : FanOutStrategy
{
    public override ValueTask<PublishResult> RunAsync(
        PublishPlan plan, BoundCall[] calls, IDomainEvent domainEvent, CancellationToken cancellationToken) =>
        plan.StageEnds.Length == 1
            ? RunStageAsync(plan, calls, 0, calls.Length, domainEvent, cancellationToken)
            : RunStagesAsync(plan, calls, domainEvent, cancellationToken);

    private static async ValueTask<PublishResult> RunStagesAsync(
        PublishPlan plan, BoundCall[] calls, IDomainEvent domainEvent, CancellationToken cancellationToken)
    {
        PublishResult failed = default;
        var start = 0;
        foreach (var end in plan.StageEnds)
        {
            var result = await RunStageAsync(plan, calls, start, end, domainEvent, cancellationToken).ConfigureAwait(false);
            if (!result.Succeeded)
            {
                failed = failed.And(result);
            }

            start = end;
        }

        return failed.Succeeded
            ? new PublishResult(plan.Success)
            : new PublishResult(PublishOutcome.Of(calls.Length, [.. failed.Failures]));
    }

    private static ValueTask<PublishResult> RunStageAsync(
        PublishPlan plan, BoundCall[] calls, int start, int end, IDomainEvent domainEvent, CancellationToken cancellationToken)
    {
        PendingHandlers? pending = null;
        var next = start;
        while (next < end)
        {
            try
            {
                if (!RunWhileSynchronous(calls, ref next, end, domainEvent, cancellationToken, out var task))
                {
                    (pending ??= PendingHandlers.Rent(plan, domainEvent)).Add(next - 1, task);
                }
            }
#pragma warning disable CA1031 // any failure of a handler is data here
            catch (Exception exception)
#pragma warning restore CA1031
            {
                (pending ??= PendingHandlers.Rent(plan, domainEvent)).Fail(next - 1, exception);
            }
        }

        return pending is null ? new(new PublishResult(plan.Success)) : pending.WhenAllAsync();
    }

    /// <summary>
    /// Calls handlers up to the first that does not complete at once. Free of exception handling, so that all of the
    /// loop stays in registers; behind a throw it goes on with <paramref name="next"/>.
    /// </summary>
    private static bool RunWhileSynchronous(
        BoundCall[] calls, ref int next, int end, IDomainEvent domainEvent, CancellationToken cancellationToken, out ValueTask unfinished)
    {
        for (var i = next; i < end; i++)
        {
            next = i + 1;
            var task = calls[i].InvokeAsync(domainEvent, cancellationToken);
            if (!task.IsCompletedSuccessfully)
            {
                unfinished = task;
                return false;
            }

            task.GetAwaiter().GetResult(); // hands a pooled task back to its owner
        }

        unfinished = default;
        return true;
    }
}
