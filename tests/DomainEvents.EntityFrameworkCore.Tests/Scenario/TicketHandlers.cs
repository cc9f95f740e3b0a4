using DomainEvents.Transactions;

namespace DomainEvents.EntityFrameworkCore.Tests.Scenario;

internal sealed class AfterCommit(Journal journal, TicketsContext context) : IEventHandler<TicketChanged>
{
    public async ValueTask HandleAsync(TicketChanged domainEvent, CancellationToken cancellationToken)
    {
        if (journal.AfterCommit is { } work)
        {
            await work(domainEvent, context);
        }

        journal.Publish(domainEvent.What);
    }
}

[TransactionPhase(TransactionPhase.BeforeCommit)]
internal sealed class BeforeCommit(Journal journal, TicketsContext context, IEventDispatcher dispatcher) : IEventHandler<TicketChanged>
{
    public async ValueTask HandleAsync(TicketChanged domainEvent, CancellationToken cancellationToken)
    {
        journal.Prepare(domainEvent.What);
        if (journal.BeforeCommit is { } work)
        {
            await work(domainEvent, context, dispatcher);
        }
    }
}

[TransactionPhase(TransactionPhase.AfterRollback)]
internal sealed class AfterRollback(Journal journal) : IEventHandler<TicketChanged>
{
    public ValueTask HandleAsync(TicketChanged domainEvent, CancellationToken cancellationToken)
    {
        journal.RollBack(domainEvent.What);
        return default;
    }
}
