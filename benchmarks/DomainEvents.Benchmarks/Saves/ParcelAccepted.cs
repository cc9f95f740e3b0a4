namespace DomainEvents.Benchmarks.Saves;

internal sealed record ParcelAccepted(long ParcelId) : DomainEvent;
