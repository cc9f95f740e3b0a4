namespace DomainEvents.Tests;

public sealed class HasDomainEventsTests
{
    [Fact]
    public void Removing_clears_all_that_is_pending_unless_a_class_knows_better()
    {
        var entity = new EntityWithAnotherBase();
        entity.Pending.AddRange([new OrderPlaced(), new OrderCancelled()]);

        ((IHasDomainEvents)entity).RemoveDomainEvents([entity.Pending[0]]);

        entity.DomainEvents.Should().BeEmpty();
    }

    private sealed class EntityWithAnotherBase : IHasDomainEvents
    {
        public List<IDomainEvent> Pending { get; } = [];

        public IReadOnlyList<IDomainEvent> DomainEvents => Pending;

        public IReadOnlyList<IDomainEvent> PullDomainEvents()
        {
            IDomainEvent[] pulled = [.. Pending];
            Pending.Clear();
            return pulled;
        }
    }
}
