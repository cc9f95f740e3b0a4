namespace DomainEvents.Benchmarks.Events;

public sealed class FailingHandler : IEventHandler<OrderPlaced>
{
    private static readonly InvalidOperationException Failure = new("as always");

    public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken) => throw Failure;
}
