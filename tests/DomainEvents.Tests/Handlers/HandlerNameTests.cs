namespace DomainEvents.Tests;

public sealed class HandlerNameTests
{
    private readonly InMemoryEventBus _bus = new();

    [Fact]
    public void A_class_goes_by_its_full_name()
    {
        _bus.Subscribe(new Plain());

        Only<OrderPlaced>().Should().Be(new HandlerDescriptor(
            "DomainEvents.Tests.HandlerNameTests+Plain", typeof(OrderPlaced), typeof(Plain), 0));
    }

    [Fact]
    public void An_attribute_gives_name_and_order()
    {
        _bus.Subscribe(new Named());

        Only<OrderPlaced>().Should().Be(new HandlerDescriptor("stock", typeof(OrderPlaced), typeof(Named), 5));
    }

    [Fact]
    public void Options_win_over_the_attribute()
    {
        _bus.Subscribe(new Named(), new SubscribeOptions { Name = "mine", Order = 7 });

        Only<OrderPlaced>().Should().Be(new HandlerDescriptor("mine", typeof(OrderPlaced), typeof(Named), 7));
    }

    [Fact]
    public void Options_that_say_nothing_leave_name_and_order_to_the_attribute()
    {
        _bus.Subscribe(new Named(), new SubscribeOptions());

        Only<OrderPlaced>().Should().Be(new HandlerDescriptor("stock", typeof(OrderPlaced), typeof(Named), 5));
    }

    [Fact]
    public void A_derived_class_has_its_own_name()
    {
        _bus.Subscribe(new DerivedFromNamed());

        Only<OrderPlaced>().Name.Should().Be("DomainEvents.Tests.HandlerNameTests+DerivedFromNamed");
        Only<OrderPlaced>().Order.Should().Be(0);
    }

    [Fact]
    public void A_class_with_several_events_has_one_name_for_each()
    {
        var handler = new Several();
        _bus.Subscribe<OrderPlaced>(handler);
        _bus.Subscribe<OrderCancelled>(handler);

        Only<OrderPlaced>().Name.Should().Be("orders/DomainEvents.Tests.OrderPlaced");
        Only<OrderCancelled>().Name.Should().Be("orders/DomainEvents.Tests.OrderCancelled");
    }

    [Fact]
    public void The_name_of_a_generic_class_carries_no_assembly_version()
    {
        _bus.Subscribe(new Generic<OrderPlaced>());

        Only<OrderPlaced>().Name.Should().Contain("Generic").And.Contain("OrderPlaced").And.NotContain("Version=");
    }

    [Fact]
    public void A_method_goes_by_its_class_and_name()
    {
        _bus.Subscribe<OrderPlaced>(new Counter().Count);

        Only<OrderPlaced>().Should().Be(new HandlerDescriptor(
            "DomainEvents.Tests.Counter.Count", typeof(OrderPlaced), null, 0));
    }

    [Fact]
    public void A_dynamic_method_goes_by_its_name()
    {
        var method = new System.Reflection.Emit.DynamicMethod(
            "made_at_run_time", typeof(ValueTask), [typeof(OrderPlaced), typeof(CancellationToken)]);
        var il = method.GetILGenerator();
        var local = il.DeclareLocal(typeof(ValueTask));
        il.Emit(System.Reflection.Emit.OpCodes.Ldloc, local);
        il.Emit(System.Reflection.Emit.OpCodes.Ret);

        _bus.Subscribe(method.CreateDelegate<Func<OrderPlaced, CancellationToken, ValueTask>>());

        Only<OrderPlaced>().Name.Should().Be("made_at_run_time");
    }

    private HandlerDescriptor Only<TEvent>() => _bus.HandlersFor(typeof(TEvent)).Should().ContainSingle().Subject;

    private class Plain : IEventHandler<OrderPlaced>
    {
        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken) => default;
    }

    [EventHandler(Name = "stock", Order = 5)]
    private class Named : Plain;

    private sealed class DerivedFromNamed : Named;

    [EventHandler(Name = "orders")]
    private sealed class Several : Plain, IEventHandler<OrderCancelled>
    {
        public ValueTask HandleAsync(OrderCancelled domainEvent, CancellationToken cancellationToken) => default;
    }

    private sealed class Generic<T> : IEventHandler<T>
        where T : notnull
    {
        public ValueTask HandleAsync(T domainEvent, CancellationToken cancellationToken) => default;
    }
}
