namespace DomainEvents.Benchmarks.Outbox;

/// <summary>A handler that does nothing but count.</summary>
internal sealed class CountParcels : IEventHandler<ParcelSent>
{
    private static long _count;

    public static long Count => Interlocked.Read(ref _count);

    public ValueTask HandleAsync(ParcelSent domainEvent, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _count);
        return default;
    }
}
