using DomainEvents.Outbox.CrashChild.Killing;

namespace DomainEvents.Outbox.CrashChild.Orders;

/// <summary>Writes down that it begins, takes its time, and writes down that it has ended.</summary>
internal abstract class OrderHandler(string name, Journal journal, WatchedStore store, NamedPoints points, ChildOptions options) : IEventHandler<OrderPlaced>
{
    public async ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
    {
        var handling = Guid.NewGuid();
        var place = store.PlaceOf(domainEvent.EventId);
        await journal.BeganAsync(handling, name, domainEvent, place, cancellationToken);
        points.Reach(NamedPoint.InHandler);
        if (domainEvent.Customer == options.Poison && domainEvent.Number == 1)
        {
            Parent.Tell("poisoned");
            NamedPoints.Die();
        }

        await Task.Delay(Random.Shared.Next(4), cancellationToken);
        await journal.EndedAsync(handling, name, domainEvent, place, cancellationToken);
        points.Reach(NamedPoint.AfterHandler);
    }
}
