namespace DomainEvents.Transactions;

/// <summary>Says when a handler class, and the classes derived from it, run. Without it: <see cref="TransactionPhase.AfterCommit"/>.</summary>
/// <remarks>
/// It counts for handlers that are registered in a container. Handlers that are subscribed to an
/// <see cref="IEventBus"/> at run time always run after the commit.
/// </remarks>
/// <param name="phase">The phase.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class TransactionPhaseAttribute(TransactionPhase phase) : Attribute
{
    /// <summary>The phase in which the handler runs.</summary>
    public TransactionPhase Phase { get; } = phase;
}
