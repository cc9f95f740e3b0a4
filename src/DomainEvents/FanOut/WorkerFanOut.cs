namespace DomainEvents;

/// <summary>
/// Runs each stage with a limited number of workers that take one handler after the other: on the thread pool, or
/// interleaved on the caller's thread.
/// </summary>
internal sealed class WorkerFanOut(int maxWorkers, bool onThreadPool) : FanOutStrategy
{
    public override async ValueTask<PublishResult> RunAsync(
        PublishPlan plan, BoundCall[] calls, IDomainEvent domainEvent, CancellationToken cancellationToken)
    {
        var failures = new FailureList(plan, domainEvent);
        var start = 0;
        foreach (var end in plan.StageEnds)
        {
            var next = start - 1;
            var workers = new Task[Math.Min(maxWorkers, end - start)];
            for (var i = 0; i < workers.Length; i++)
            {
                workers[i] = onThreadPool ? Task.Run(WorkAsync, CancellationToken.None) : WorkAsync();
            }

            await Task.WhenAll(workers).ConfigureAwait(false);
            start = end;

            async Task WorkAsync()
            {
                for (var index = Interlocked.Increment(ref next); index < end; index = Interlocked.Increment(ref next))
                {
                    try
                    {
                        await calls[index].InvokeAsync(domainEvent, cancellationToken).ConfigureAwait(false);
                    }
#pragma warning disable CA1031 // any failure of a handler is data here
                    catch (Exception exception)
#pragma warning restore CA1031
                    {
                        failures.Add(index, exception);
                    }
                }
            }
        }

        return failures.ToResult(calls.Length);
    }
}
