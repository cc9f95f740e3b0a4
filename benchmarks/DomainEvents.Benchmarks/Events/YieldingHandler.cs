namespace DomainEvents.Benchmarks.Events;

public sealed class YieldingHandler : IEventHandler<OrderPlaced>
{
    public async ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken) => await Task.Yield();
}
