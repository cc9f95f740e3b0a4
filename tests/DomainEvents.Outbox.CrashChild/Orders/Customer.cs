namespace DomainEvents.Outbox.CrashChild.Orders;

/// <summary>One stream of events.</summary>
internal sealed class Customer : AggregateRoot<int>
{
    public Customer(int id) => Id = id;

    public OrderPlaced Place(int number)
    {
        var placed = new OrderPlaced(Id, number);
        Raise(placed);
        return placed;
    }
}
