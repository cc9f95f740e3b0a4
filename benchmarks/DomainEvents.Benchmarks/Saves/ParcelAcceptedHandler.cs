namespace DomainEvents.Benchmarks.Saves;

/// <summary>Does next to nothing, so that only the way to it is measured.</summary>
internal sealed class ParcelAcceptedHandler : IEventHandler<ParcelAccepted>
{
    private static long _handled;

    public static long Handled => Volatile.Read(ref _handled);

    public ValueTask HandleAsync(ParcelAccepted domainEvent, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _handled);
        return default;
    }
}
