namespace DomainEvents;

/// <summary>Runs the calls of a plan. It never throws: whatever a handler throws becomes a failure in the result.</summary>
internal abstract class FanOutStrategy
{
    public abstract ValueTask<PublishResult> RunAsync(
        PublishPlan plan, BoundCall[] calls, IDomainEvent domainEvent, CancellationToken cancellationToken);

    public static FanOutStrategy For(EventBusOptions options) => (options.FanOut, options.MaxConcurrency) switch
    {
        (FanOut.Sequential, _) => new SequentialFanOut(stopOnFirstFailure: false),
        (FanOut.StopOnFirstFailure, _) => new SequentialFanOut(stopOnFirstFailure: true),
        (FanOut.Parallel, var limit) => new WorkerFanOut(limit ?? int.MaxValue, onThreadPool: true),
        (_, { } limit) => new WorkerFanOut(limit, onThreadPool: false),
        _ => new ConcurrentFanOut(),
    };
}
