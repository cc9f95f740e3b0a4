using DomainEvents.Transactions;

namespace DomainEvents.Tests.Transactions;

// One handler of each phase; each writes into the journal and then does what the test wants it to.

[TransactionPhase(TransactionPhase.BeforeCommit), EventHandler(Name = "before")]
internal sealed class BeforeCommitHandler(Desk desk, IServiceProvider services) : IEventHandler<Noted>
{
    public ValueTask HandleAsync(Noted domainEvent, CancellationToken cancellationToken)
    {
        desk.Journal.Add("before", domainEvent.Text);
        return desk.BeforeCommit?.Invoke(domainEvent, services, cancellationToken) ?? default;
    }
}

[EventHandler(Name = "after")]
internal sealed class AfterCommitHandler(Desk desk, IServiceProvider services) : IEventHandler<Noted>
{
    public ValueTask HandleAsync(Noted domainEvent, CancellationToken cancellationToken)
    {
        desk.Journal.Add("after", domainEvent.Text);
        return desk.AfterCommit?.Invoke(domainEvent, services, cancellationToken) ?? default;
    }
}

[TransactionPhase(TransactionPhase.AfterRollback), EventHandler(Name = "rolled back")]
internal sealed class AfterRollbackHandler(Desk desk, IServiceProvider services) : IEventHandler<Noted>
{
    public ValueTask HandleAsync(Noted domainEvent, CancellationToken cancellationToken)
    {
        desk.Journal.Add("rolled back", domainEvent.Text);
        return desk.AfterRollback?.Invoke(domainEvent, services, cancellationToken) ?? default;
    }
}

// Registered first although it runs last: the phase counts.
[TransactionPhase(TransactionPhase.AfterCompletion), EventHandler(Name = "completed")]
internal sealed class AfterCompletionHandler(Desk desk) : IEventHandler<Noted>
{
    public ValueTask HandleAsync(Noted domainEvent, CancellationToken cancellationToken)
    {
        desk.Journal.Add("completed", domainEvent.Text);
        return default;
    }
}
