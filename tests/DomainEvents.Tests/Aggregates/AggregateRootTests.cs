namespace DomainEvents.Tests;

public sealed class AggregateRootTests
{
    private readonly Order _order = new();

    [Fact]
    public void A_new_aggregate_has_no_events()
    {
        _order.DomainEvents.Should().BeEmpty();
        _order.PullDomainEvents().Should().BeEmpty();
    }

    [Fact]
    public void Raised_events_are_pending_oldest_first()
    {
        var (first, second) = (new OrderPlaced(), new OrderCancelled());

        _order.Tell(first);
        _order.Tell(second);

        _order.DomainEvents.Should().Equal(first, second);
    }

    [Fact]
    public void Pulling_returns_the_events_and_clears_them()
    {
        var (first, second) = (new OrderPlaced(), new OrderCancelled());
        _order.Tell(first);
        _order.Tell(second);

        _order.PullDomainEvents().Should().Equal(first, second);

        _order.DomainEvents.Should().BeEmpty();
        _order.PullDomainEvents().Should().BeEmpty();
    }

    [Fact]
    public void What_was_pulled_does_not_change_when_more_is_raised()
    {
        var (first, second) = (new OrderPlaced(), new OrderPlaced());
        _order.Tell(first);

        var pulled = _order.PullDomainEvents();
        _order.Tell(second);

        pulled.Should().Equal(first);
        _order.DomainEvents.Should().Equal(second);
    }

    [Fact]
    public void The_list_of_pending_events_is_a_live_view()
    {
        _order.Tell(new OrderPlaced());
        var view = _order.DomainEvents;

        _order.Tell(new OrderCancelled());
        view.Should().HaveCount(2);

        _order.PullDomainEvents();
        view.Should().BeEmpty();
    }

    [Fact]
    public void Nobody_outside_can_change_the_pending_events()
    {
        _order.Tell(new OrderPlaced());

        _order.DomainEvents.Should().BeAssignableTo<ICollection<IDomainEvent>>().Which.IsReadOnly.Should().BeTrue();
    }

    [Fact]
    public void Removing_takes_exactly_the_given_instances()
    {
        var published = new OrderPlaced();
        var twin = published with { };
        var raisedMeanwhile = new OrderCancelled();
        _order.Tell(published);
        _order.Tell(twin);
        _order.Tell(raisedMeanwhile);
        twin.Should().Be(published, "as records they are equal");

        _order.RemoveDomainEvents([published]);

        _order.DomainEvents.Should().HaveCount(2);
        _order.DomainEvents[0].Should().BeSameAs(twin);
        _order.DomainEvents[1].Should().BeSameAs(raisedMeanwhile);
    }

    [Fact]
    public void Removing_what_is_not_pending_changes_nothing()
    {
        _order.RemoveDomainEvents([new OrderPlaced()]);
        _order.Tell(new OrderPlaced());

        _order.RemoveDomainEvents([new OrderPlaced()]);
        _order.RemoveDomainEvents([]);

        _order.DomainEvents.Should().ContainSingle();
    }

    [Fact]
    public void Null_is_refused()
    {
        _order.Invoking(order => order.Tell(null!)).Should().Throw<ArgumentNullException>();
        _order.Invoking(order => order.RemoveDomainEvents(null!)).Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public void An_identity_is_the_default_until_it_is_set()
    {
        _order.Id.Should().Be(Guid.Empty);

        var id = Guid.NewGuid();
        new Order(id).Id.Should().Be(id);
    }

    private sealed class Order : AggregateRoot<Guid>
    {
        public Order()
        {
        }

        public Order(Guid id) => Id = id;

        public void Tell(IDomainEvent domainEvent) => Raise(domainEvent);
    }
}
