namespace DomainEvents.Tests;

public sealed class StructEventTests
{
    private readonly InMemoryEventBus _bus = new();

    [Fact]
    public async Task A_struct_event_reaches_delegates_objects_and_handlers_of_its_interface()
    {
        var sampled = new PriceSampled(12.5m);
        var handler = new Prices();
        var asInterface = new List<IDomainEvent>();
        var asObject = new List<object>();
        var asValueType = new List<ValueType>();
        _bus.On<PriceSampled>(it => handler.Seen.Add(it.Price));
        _bus.Subscribe(handler);
        _bus.On<IDomainEvent>(asInterface.Add);
        _bus.On<object>(asObject.Add);
        _bus.On<ValueType>(asValueType.Add);

        var result = await _bus.PublishAsync(sampled);

        result.Succeeded.Should().BeTrue();
        result.HandlerCount.Should().Be(5);
        handler.Seen.Should().Equal(12.5m, 12.5m);
        asInterface.Should().Equal(sampled);
        asObject.Should().Equal(sampled);
        asValueType.Should().Equal(sampled);
    }

    [Fact]
    public async Task A_failing_handler_of_a_struct_event_is_reported_with_the_event()
    {
        var sampled = new PriceSampled(3);
        _bus.On<PriceSampled>(_ => throw new InvalidOperationException("no price"), "prices");

        var failure = (await _bus.PublishAsync(sampled)).Failures.Should().ContainSingle().Subject;

        failure.Event.Should().Be(sampled);
        failure.Handler.Should().Be(new HandlerDescriptor("prices", typeof(PriceSampled), null, 0));
    }

    private sealed class Prices : IEventHandler<PriceSampled>
    {
        public List<decimal> Seen { get; } = [];

        public ValueTask HandleAsync(PriceSampled domainEvent, CancellationToken cancellationToken)
        {
            Seen.Add(domainEvent.Price);
            return default;
        }
    }
}
