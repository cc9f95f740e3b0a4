namespace DomainEvents.Tests.Companion;

/// <summary>Writes its own name down. Derived classes differ in name only.</summary>
internal abstract class JournalHandler(Journal journal) : IEventHandler<OrderPlaced>
{
    public virtual ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
    {
        journal.Write(GetType().Name);
        return default;
    }
}

internal sealed class ReserveStock(Journal journal) : JournalHandler(journal);

internal sealed class SendEmail(Journal journal) : JournalHandler(journal);

internal sealed class UpdateReport(Journal journal) : JournalHandler(journal);

internal sealed class FailsToBeMade : IEventHandler<OrderPlaced>
{
    public FailsToBeMade() => throw new NotSupportedException("cannot be made");

    public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken) => default;
}
