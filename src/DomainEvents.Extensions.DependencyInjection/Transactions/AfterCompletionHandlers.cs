using DomainEvents.Diagnostics;
using Microsoft.Extensions.Logging;

namespace DomainEvents.Transactions;

/// <summary>Publishes after a transaction has ended, each handler in a scope of its own.</summary>
/// <remarks>
/// Where the application has replaced <see cref="IEventBus"/>, committed events go to the replacement.
/// </remarks>
internal sealed class AfterCompletionHandlers(InMemoryEventBus engine, IEventBus bus, ILogger logger)
{
    public bool Any(IDomainEvent domainEvent, Occasions occasion) =>
        GoesToReplacement(occasion) || engine.IsClosed || engine.Plan(domainEvent, occasion).Calls.Length > 0;

    /// <summary>Never throws: nothing that comes after a commit may make it look failed.</summary>
    public async ValueTask<PublishResult> HandleAsync(IDomainEvent domainEvent, Occasions occasion, CancellationToken stopping)
    {
        PublishPlan? plan = null;
        try
        {
            plan = engine.Plan(domainEvent, occasion);
            return GoesToReplacement(occasion)
                ? await bus.PublishAsync(domainEvent, stopping).ConfigureAwait(false)
                : await engine.PublishAsync(plan, domainEvent, stopping).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // see above; it is told, and reported for every handler that was owed the event
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.Contained(() => TransactionLog.PublishFailed(
                logger, exception, EventTypeName.Of(domainEvent.GetType()), domainEvent.EventId));
            var owed = plan?.Handlers ?? [];
            return new PublishResult(0, Array.ConvertAll(
                owed, handler => new HandlerFailure(domainEvent, handler.Registration.Descriptor, exception)));
        }
    }

    private bool GoesToReplacement(Occasions occasion) => occasion == Occasions.AfterCommit && !ReferenceEquals(engine, bus);
}
