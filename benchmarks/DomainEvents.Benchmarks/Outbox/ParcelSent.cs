namespace DomainEvents.Benchmarks.Outbox;

[EventType(StoredName)]
internal sealed record ParcelSent(long Number, string Address) : DomainEvent
{
    public const string StoredName = "shop.parcel-sent";
}
