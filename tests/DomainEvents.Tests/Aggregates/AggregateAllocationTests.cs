namespace DomainEvents.Tests;

[Collection(Alone.Name)]
public sealed class AggregateAllocationTests
{
    [Fact]
    public void An_aggregate_without_events_allocates_nothing_for_them()
    {
        var quiet = new Quiet();

        Allocations.PerCall(() =>
        {
            _ = quiet.DomainEvents;
            _ = quiet.PullDomainEvents();
            quiet.RemoveDomainEvents([]);
        }).Should().Be(0);
    }

    private sealed class Quiet : AggregateRoot;
}
