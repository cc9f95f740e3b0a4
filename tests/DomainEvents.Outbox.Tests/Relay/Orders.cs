using DomainEvents.Transactions;

namespace DomainEvents.Outbox.Tests.Relay;

[EventType("shop.order-placed")]
internal sealed record OrderPlaced(string Book) : DomainEvent;

[EventType("shop.order-shipped")]
internal sealed record OrderShipped(Guid OrderId) : DomainEvent;

internal sealed record NeverRegistered : DomainEvent;

internal sealed class Order : AggregateRoot<int>
{
    public Order(int id) => Id = id;

    public void Place(string book) => Raise(new OrderPlaced(book));
}

[EventHandler(Name = "mail")]
internal sealed class SendMail(Journal journal) : IEventHandler<OrderPlaced>
{
    public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
    {
        journal.Write($"mail {domainEvent.Book}");
        return default;
    }
}

[EventHandler(Name = "stock")]
internal sealed class CountStock(Journal journal) : IEventHandler<OrderPlaced>
{
    public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
    {
        journal.Write($"stock {domainEvent.Book}");
        return default;
    }
}

[TransactionPhase(TransactionPhase.BeforeCommit)]
internal sealed class CheckOrder(Journal journal) : IEventHandler<OrderPlaced>
{
    public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
    {
        journal.Write($"check {domainEvent.Book}");
        return default;
    }
}

[TransactionPhase(TransactionPhase.AfterCompletion)]
internal sealed class TellEnd(Journal journal) : IEventHandler<OrderPlaced>
{
    public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
    {
        journal.Write($"end {domainEvent.Book}");
        return default;
    }
}

/// <summary>Fails as often as it is told to.</summary>
[EventHandler(Name = "invoice")]
internal sealed class SendInvoice(Journal journal, Failures failures) : IEventHandler<OrderPlaced>
{
    public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
    {
        if (failures.Next())
        {
            journal.Write($"invoice failed {domainEvent.Book}");
            throw new InvalidOperationException("The printer is out of paper.");
        }

        journal.Write($"invoice {domainEvent.Book}");
        return default;
    }
}

internal sealed class Failures(int count)
{
    private int _left = count;

    public bool Next() => Interlocked.Decrement(ref _left) >= 0;
}
