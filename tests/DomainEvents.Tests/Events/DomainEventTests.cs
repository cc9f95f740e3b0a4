namespace DomainEvents.Tests;

public sealed class DomainEventTests
{
    [Fact]
    public void An_event_has_a_version_7_identity()
    {
        var id = new OrderPlaced().EventId;

        id.Version.Should().Be(7);
        (id.Variant & 0b1100).Should().Be(0b1000);
    }

    [Fact]
    public void An_event_tells_when_it_occurred_in_utc()
    {
        var before = TimeProvider.System.GetUtcNow();
        var occurredAt = new OrderPlaced().OccurredAt;
        var after = TimeProvider.System.GetUtcNow();

        occurredAt.Offset.Should().Be(TimeSpan.Zero);
        occurredAt.Should().BeOnOrAfter(before).And.BeOnOrBefore(after);
    }

    [Fact]
    public void An_event_has_no_tenant_unless_it_is_given_one()
    {
        new OrderPlaced().TenantId.Should().BeNull();
        new OrderPlaced { TenantId = "acme" }.TenantId.Should().Be("acme");
    }

    [Fact]
    public void A_copy_is_the_same_occurrence_told_differently()
    {
        var original = new OrderPlaced("1") { TenantId = "acme" };

        var copy = original with { OrderId = "2" };

        copy.EventId.Should().Be(original.EventId);
        copy.OccurredAt.Should().Be(original.OccurredAt);
        copy.TenantId.Should().Be("acme");
        copy.Should().NotBe(original);
        (copy with { OrderId = "1" }).Should().Be(original);
    }

    [Fact]
    public void Two_occurrences_with_the_same_content_are_not_equal() =>
        new OrderPlaced("1").Should().NotBe(new OrderPlaced("1"));

    [Fact]
    public void Identity_and_time_can_be_restored()
    {
        var (id, time) = (Guid.NewGuid(), new DateTimeOffset(2020, 2, 3, 4, 5, 6, TimeSpan.Zero));

        var restored = new OrderPlaced { EventId = id, OccurredAt = time };

        restored.EventId.Should().Be(id);
        restored.OccurredAt.Should().Be(time);
    }
}
