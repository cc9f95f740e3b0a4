namespace DomainEvents;

/// <summary>
/// Starts every handler of a stage on the caller's thread, then waits for those that have not completed yet. Nothing is
/// allocated while handlers complete synchronously. The usual publish, of one stage, comes here only once a handler has
/// thrown or not completed: until then <see cref="InMemoryEventBus"/> runs it in a frame of its own.
/// </summary>
internal sealed class ConcurrentFanOut : FanOutStrategy
{
    public override ValueTask<PublishResult> RunAsync(
        PublishPlan plan, BoundCall[] calls, IDomainEvent domainEvent, CancellationToken cancellationToken) =>
        plan.StageEnds.Length == 1
            ? RunStageAsync(plan, calls, 0, calls.Length, domainEvent, null, cancellationToken)
            : RunStagesAsync(plan, calls, domainEvent, cancellationToken);

    private static async ValueTask<PublishResult> RunStagesAsync(
        PublishPlan plan, BoundCall[] calls, IDomainEvent domainEvent, CancellationToken cancellationToken)
    {
        PublishResult failed = default;
        var start = 0;
        foreach (var end in plan.StageEnds)
        {
            var result = await RunStageAsync(plan, calls, start, end, domainEvent, null, cancellationToken).ConfigureAwait(false);
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

    /// <summary>Runs the calls from <paramref name="next"/> on; those before left <paramref name="pending"/> behind.</summary>
    public static ValueTask<PublishResult> RunStageAsync(
        PublishPlan plan,
        BoundCall[] calls,
        int next,
        int end,
        IDomainEvent domainEvent,
        PendingHandlers? pending,
        CancellationToken cancellationToken)
    {
        for (; next < end; next++)
        {
            try
            {
                var task = calls[next].InvokeAsync(domainEvent, cancellationToken);
                if (task.IsCompletedSuccessfully)
                {
                    task.GetAwaiter().GetResult(); // hands a pooled task back to its owner
                }
                else
                {
                    (pending ??= PendingHandlers.Rent(plan, domainEvent)).Add(next, task);
                }
            }
#pragma warning disable CA1031 // any failure of a handler is data here
            catch (Exception exception)
#pragma warning restore CA1031
            {
                (pending ??= PendingHandlers.Rent(plan, domainEvent)).Fail(next, exception);
            }
        }

        return pending is null ? new(new PublishResult(plan.Success)) : pending.WhenAllAsync();
    }
}
