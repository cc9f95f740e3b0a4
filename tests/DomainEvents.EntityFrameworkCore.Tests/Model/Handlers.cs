using DomainEvents.Transactions;

namespace DomainEvents.EntityFrameworkCore.Tests.Model;

[TransactionPhase(TransactionPhase.BeforeCommit)]
internal sealed class Prepares : IEventHandler<Happened>
{
    public ValueTask HandleAsync(Happened domainEvent, CancellationToken cancellationToken) => domainEvent.Work.PrepareAsync(domainEvent);
}

internal sealed class Publishes : IEventHandler<Happened>
{
    public ValueTask HandleAsync(Happened domainEvent, CancellationToken cancellationToken) =>
        domainEvent.Work.Ledger.PublishedAsync(domainEvent);
}
