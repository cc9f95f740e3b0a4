using DomainEvents.TestSupport;

namespace DomainEvents.Tests;

public sealed class HandlersForTests
{
    private readonly InMemoryEventBus _bus = new();

    [Fact]
    public void It_lists_who_would_run_in_their_order()
    {
        _bus.On<OrderPlaced>(_ => { }, "late", order: 10);
        _bus.On<IDomainEvent>(_ => { }, "second");
        _bus.On<OrderPlaced>(_ => { }, "early", order: -10);
        _bus.On<OrderPlaced>(_ => { }, "third");
        _bus.On<OrderCancelled>(_ => { }, "not asked for");

        _bus.HandlersFor(typeof(OrderPlaced)).Should().Equal(
            new HandlerDescriptor("early", typeof(OrderPlaced), null, -10),
            new HandlerDescriptor("second", typeof(IDomainEvent), null, 0),
            new HandlerDescriptor("third", typeof(OrderPlaced), null, 0),
            new HandlerDescriptor("late", typeof(OrderPlaced), null, 10));
    }

    [Fact]
    public void It_follows_subscriptions_as_they_come_and_go()
    {
        _bus.HandlersFor(typeof(OrderPlaced)).Should().BeEmpty();

        var subscription = _bus.On<OrderPlaced>(_ => { }, "stock");
        _bus.HandlersFor(typeof(OrderPlaced)).Should().ContainSingle().Which.Name.Should().Be("stock");

        subscription.Dispose();
        _bus.HandlersFor(typeof(OrderPlaced)).Should().BeEmpty();
    }

    [Fact]
    public void It_wants_a_type() =>
        _bus.Invoking(bus => bus.HandlersFor(null!)).Should().Throw<ArgumentNullException>();

    [Fact]
    public async Task A_caller_cannot_change_the_handlers_through_the_list()
    {
        _bus.On<OrderPlaced>(_ => { }, "stock");

        ((IList<HandlerDescriptor>)_bus.HandlersFor(typeof(OrderPlaced)))[0] = new("other", typeof(OrderPlaced), null, 0);

        _bus.HandlersFor(typeof(OrderPlaced)).Single().Name.Should().Be("stock");
        (await _bus.PublishAsync(new OrderPlaced())).HandlerCount.Should().Be(1);
    }

    [Fact]
    public async Task Asking_is_not_publishing_so_that_nothing_is_told()
    {
        var logger = new RecordingLogger<InMemoryEventBus>();
        var bus = new InMemoryEventBus(logger: logger);

        bus.HandlersFor(typeof(NobodyCares)).Should().BeEmpty();
        logger.Entries.Should().BeEmpty("it was asked for, not published");

        await bus.PublishAsync(new NobodyCares());
        logger.Entries.Should().ContainSingle().Which.EventId.Id.Should().Be(1001);
    }
}
