namespace DomainEvents;

/// <summary>A call in a plan. A struct, as arrays of delegates check the exact type, which <see cref="Subscription.Bind"/> bends.</summary>
internal readonly struct BoundCall(HandlerCall call)
{
    private readonly HandlerCall _call = call;

    public ValueTask InvokeAsync(IDomainEvent domainEvent, CancellationToken cancellationToken) =>
        _call(domainEvent, cancellationToken);
}
