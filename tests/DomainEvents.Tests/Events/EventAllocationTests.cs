namespace DomainEvents.Tests;

[Collection(Alone.Name)]
public sealed class EventAllocationTests
{
    [Fact]
    public void Creating_an_event_allocates_the_record_and_nothing_else()
    {
        object? kept = null;
        var plain = Allocations.PerCall(() => kept = new PlainRecord());
        var withIdentity = Allocations.PerCall(() => kept = new EventWithTheSameFields());

        kept.Should().NotBeNull();
        plain.Should().BePositive();
        withIdentity.Should().Be(plain);
    }

    private sealed record PlainRecord
    {
        public Guid EventId { get; init; }

        public DateTimeOffset OccurredAt { get; init; }

        public string? TenantId { get; init; }

        public decimal Total { get; init; }
    }

    private sealed record EventWithTheSameFields : DomainEvent
    {
        public decimal Total { get; init; }
    }
}
