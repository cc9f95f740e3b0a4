using DomainEvents.Diagnostics;
using Microsoft.Extensions.Logging;

namespace DomainEvents.Transactions;

/// <summary>
/// Runs before-commit handlers: in the scope of the one who commits, one after the other, up to the first failure.
/// </summary>
internal sealed class BeforeCommitHandlers(InMemoryEventBus bus, IServiceProvider? callerServices, ILogger logger)
{
    public bool Any(IDomainEvent domainEvent) => bus.Plan(domainEvent, Occasions.BeforeCommit).Handlers.Length > 0;

    public async ValueTask HandleAsync(IDomainEvent domainEvent, bool synchronous, CancellationToken cancellationToken)
    {
        // For the prefix of the handlers; the caller's context is back when this method returns.
        SynchronizationContext.SetSynchronizationContext(null);
        var plan = bus.Plan(domainEvent, Occasions.BeforeCommit);
        foreach (var handler in plan.Handlers)
        {
            var descriptor = handler.Registration.Descriptor;
            if (callerServices is null)
            {
                throw new InvalidOperationException(
                    $"The before-commit handler {descriptor.Name} needs the scope of the unit of work, and the DbContext that saves has none: " +
                    "it comes from a pool or a factory. Join it to the scope first, with IEventDispatcher.Attach(context).");
            }

            try
            {
                var task = Telemetry.IsListenedTo
                    ? new HandlerObserver(plan, descriptor).ObserveAsync(
                        (e, token) => handler.CallWith(e, callerServices, token), domainEvent, cancellationToken)
                    : handler.CallWith(domainEvent, callerServices, cancellationToken);
                if (synchronous && !task.IsCompleted)
                {
                    // It ends on its own, nobody can wait for it here. Its exception is looked at, so that it is not an unobserved one.
                    _ = task.AsTask().ContinueWith(
                        static ended => ended.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
                    throw new InvalidOperationException(
                        $"The before-commit handler {descriptor.Name} did not complete synchronously, which a synchronous commit cannot " +
                        "wait for: rolled back. Commit asynchronously, with CommitAsync or SaveChangesAsync.");
                }

                await task.ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                // It may be a plain refusal, and the committer gets the exception: not an error of ours to tell twice.
                Log.Contained(() => TransactionLog.BeforeCommitHandlerFailed(
                    logger, exception, descriptor.Name, plan.EventType, domainEvent.EventId));
                throw;
            }
        }
    }
}
