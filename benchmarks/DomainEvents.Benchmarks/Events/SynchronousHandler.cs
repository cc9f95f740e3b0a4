namespace DomainEvents.Benchmarks.Events;

/// <summary>
/// A handler that completes synchronously. Each <typeparamref name="TTag"/> makes it another class with code of its own,
/// as in an application, where a hundred handlers are a hundred classes and no call site knows them all.
/// </summary>
public sealed class SynchronousHandler<TTag> : IEventHandler<OrderPlaced>
    where TTag : struct
{
    private int _seen;

    public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
    {
        _seen += domainEvent.Number;
        return default;
    }
}

public readonly struct FirstTag;

public readonly struct NextTag<TTag>
    where TTag : struct;
