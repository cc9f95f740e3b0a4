namespace DomainEvents.Tests;

public sealed class HandlerMatchingTests
{
    private readonly InMemoryEventBus _bus = new();
    private readonly List<string> _calls = [];

    [Fact]
    public async Task Handlers_of_the_exact_type_its_base_types_and_its_interfaces_run()
    {
        _bus.On<OrderPlaced>(_ => _calls.Add("exact"));
        _bus.On<OrderEvent>(_ => _calls.Add("base"));
        _bus.On<DomainEvent>(_ => _calls.Add("root"));
        _bus.On<IAudited>(_ => _calls.Add("interface"));
        _bus.On<IDomainEvent>(_ => _calls.Add("every event"));
        _bus.On<object>(_ => _calls.Add("object"));
        _bus.On<OrderCancelled>(_ => _calls.Add("sibling type"));
        _bus.On<string>(_ => _calls.Add("no event at all"));

        var result = await _bus.PublishAsync(new OrderPlaced());

        result.HandlerCount.Should().Be(6);
        _calls.Should().Equal("exact", "base", "root", "interface", "every event", "object");
    }

    [Fact]
    public async Task The_runtime_type_decides_not_the_type_of_the_variable()
    {
        _bus.On<OrderPlaced>(_ => _calls.Add("placed"));
        IDomainEvent asInterface = new OrderPlaced();
        OrderEvent asBase = new OrderPlaced();

        await _bus.PublishAsync(asInterface);
        await _bus.PublishAsync(asBase);
        await _bus.PublishAllAsync([asInterface, asBase]);

        _calls.Should().Equal("placed", "placed", "placed", "placed");
    }

    [Fact]
    public async Task A_handler_that_matches_by_class_and_by_interface_runs_once_per_registration()
    {
        var handler = new Audit();
        _bus.Subscribe<IAudited>(handler);

        (await _bus.PublishAsync(new OrderPlaced("7"))).HandlerCount.Should().Be(1);
        handler.Seen.Should().Equal("7");

        _bus.Subscribe<OrderPlaced>(handler);
        (await _bus.PublishAsync(new OrderPlaced("8"))).HandlerCount.Should().Be(2);
        handler.Seen.Should().Equal("7", "8", "8");
    }

    [Fact]
    public async Task A_handler_object_gets_the_very_instance()
    {
        var seen = new List<object>();
        var domainEvent = new OrderPlaced();
        _bus.On<OrderPlaced>(seen.Add);
        _bus.On<IDomainEvent>(seen.Add);

        await _bus.PublishAsync(domainEvent);

        seen.Should().HaveCount(2).And.OnlyContain(it => ReferenceEquals(it, domainEvent));
    }

    [Fact]
    public async Task A_delegate_of_a_base_type_serves_a_derived_one()
    {
        Func<IDomainEvent, CancellationToken, ValueTask> handleAny = (domainEvent, _) =>
        {
            _calls.Add(domainEvent.GetType().Name);
            return default;
        };

        _bus.Subscribe<OrderPlaced>(handleAny);

        await _bus.PublishAsync(new OrderPlaced());
        await _bus.PublishAsync(new OrderCancelled());
        _calls.Should().Equal(nameof(OrderPlaced));
    }

    [Fact]
    public async Task Static_methods_instance_methods_and_extension_methods_all_serve_as_handlers()
    {
        Handled = 0;
        _bus.Subscribe<OrderPlaced>(StaticMethod);
        _bus.Subscribe<OrderPlaced>(InstanceMethod);
        _bus.Subscribe<OrderPlaced>(new Counter().Count);
        var extension = new Counter();
        _bus.Subscribe<OrderPlaced>(extension.CountAsExtension);

        var result = await _bus.PublishAsync(new OrderPlaced());

        result.Succeeded.Should().BeTrue();
        (Handled, _calls.Count, extension.Value).Should().Be((1, 1, 1));
    }

    [Fact]
    public async Task An_explicitly_implemented_handler_of_several_events_is_called_through_the_right_interface()
    {
        var handler = new Several();
        _bus.Subscribe<OrderPlaced>(handler);
        _bus.Subscribe<OrderCancelled>(handler);

        await _bus.PublishAllAsync([new OrderPlaced(), new OrderCancelled(), new OrderPlaced()]);

        handler.Seen.Should().Equal("placed", "cancelled", "placed");
    }

    [Fact]
    public async Task Many_event_types_keep_their_own_handlers()
    {
        _bus.On<Tagged<int>>(_ => _calls.Add("int"));
        _bus.On<Tagged<string>>(_ => _calls.Add("string"));
        IDomainEvent[] events =
        [
            new Tagged<int>(), new Tagged<string>(), new Tagged<long>(), new Tagged<short>(), new Tagged<byte>(),
            new Tagged<char>(), new Tagged<double>(), new Tagged<float>(), new Tagged<decimal>(), new Tagged<Guid>(),
            new Tagged<object>(), new Tagged<Version>(), new Tagged<Uri>(), new Tagged<List<int>>(), new OrderPlaced(),
            new OrderCancelled(), new OrderShipped(), new NobodyCares(), new PriceSampled(1),
        ];

        for (var round = 0; round < 3; round++)
        {
            await _bus.PublishAllAsync(events);
        }

        _calls.Should().Equal("int", "string", "int", "string", "int", "string");
    }

    private static int Handled { get; set; }

    private static ValueTask StaticMethod(OrderPlaced domainEvent, CancellationToken cancellationToken)
    {
        Handled++;
        return default;
    }

    private ValueTask InstanceMethod(OrderPlaced domainEvent, CancellationToken cancellationToken)
    {
        _calls.Add(domainEvent.OrderId);
        return default;
    }

    private sealed record Tagged<T> : DomainEvent;

    private sealed class Audit : IEventHandler<IAudited>
    {
        public List<string> Seen { get; } = [];

        public ValueTask HandleAsync(IAudited domainEvent, CancellationToken cancellationToken)
        {
            Seen.Add(domainEvent.OrderId);
            return default;
        }
    }

    private sealed class Several : IEventHandler<OrderPlaced>, IEventHandler<OrderCancelled>
    {
        public List<string> Seen { get; } = [];

        ValueTask IEventHandler<OrderPlaced>.HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
        {
            Seen.Add("placed");
            return default;
        }

        ValueTask IEventHandler<OrderCancelled>.HandleAsync(OrderCancelled domainEvent, CancellationToken cancellationToken)
        {
            Seen.Add("cancelled");
            return default;
        }
    }
}

internal sealed class Counter
{
    public int Value { get; set; }

    public ValueTask Count(OrderPlaced domainEvent, CancellationToken cancellationToken)
    {
        Value++;
        return default;
    }
}

internal static class CounterExtensions
{
    public static ValueTask CountAsExtension(
        this Counter counter, OrderPlaced domainEvent, CancellationToken cancellationToken) =>
        counter.Count(domainEvent, cancellationToken);
}
