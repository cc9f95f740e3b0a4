namespace DomainEvents.Tests;

public sealed class SubscribeTests
{
    private readonly InMemoryEventBus _bus = new();
    private readonly List<string> _calls = [];

    [Fact]
    public void A_null_handler_is_refused()
    {
        _bus.Invoking(bus => bus.Subscribe((IEventHandler<OrderPlaced>)null!)).Should().Throw<ArgumentNullException>();
        _bus.Invoking(bus => bus.Subscribe((Func<OrderPlaced, CancellationToken, ValueTask>)null!))
            .Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public void A_delegate_that_combines_several_is_refused_with_advice()
    {
        Func<OrderPlaced, CancellationToken, ValueTask> combined = new Counter().Count;
        combined += new Counter().Count;

        _bus.Invoking(bus => bus.Subscribe(combined)).Should().Throw<ArgumentException>()
            .WithMessage("*subscribe each of them on its own*").WithParameterName("handler");
        _bus.HandlersFor(typeof(OrderPlaced)).Should().BeEmpty();
    }

    [Fact]
    public async Task The_same_delegate_twice_runs_twice_and_once_when_one_is_disposed()
    {
        var counter = new Counter();
        Func<OrderPlaced, CancellationToken, ValueTask> handler = counter.Count;
        var first = _bus.Subscribe(handler);
        var second = _bus.Subscribe(handler);

        await _bus.PublishAsync(new OrderPlaced());
        counter.Value.Should().Be(2);

        first.Dispose();
        await _bus.PublishAsync(new OrderPlaced());
        counter.Value.Should().Be(3);

        second.Dispose();
        (await _bus.PublishAsync(new OrderPlaced())).HandlerCount.Should().Be(0);
        counter.Value.Should().Be(3);
    }

    [Fact]
    public async Task Disposing_twice_ends_one_subscription_only()
    {
        var counter = new Counter();
        var first = _bus.Subscribe<OrderPlaced>(counter.Count);
        _bus.Subscribe<OrderPlaced>(counter.Count);

        first.Dispose();
        first.Dispose();
        await _bus.PublishAsync(new OrderPlaced());

        counter.Value.Should().Be(1);
    }

    [Fact]
    public void Disposing_from_many_threads_at_once_is_harmless()
    {
        for (var round = 0; round < 200; round++)
        {
            var staying = _bus.Subscribe<OrderPlaced>(new Counter().Count);
            var subscription = _bus.Subscribe<OrderPlaced>(new Counter().Count);

            Parallel.For(0, 4, _ => subscription.Dispose());

            _bus.HandlersFor(typeof(OrderPlaced)).Should().ContainSingle();
            staying.Dispose();
        }

        _bus.HandlersFor(typeof(OrderPlaced)).Should().BeEmpty();
    }

    [Fact]
    public async Task Subscribing_during_a_publish_takes_effect_from_the_next_one()
    {
        _bus.On<OrderPlaced>(_ =>
        {
            _calls.Add("first");
            if (_calls.Count == 1)
            {
                _bus.On<OrderPlaced>(_ => _calls.Add("added"));
            }
        });

        (await _bus.PublishAsync(new OrderPlaced())).HandlerCount.Should().Be(1);
        _calls.Should().Equal("first");

        (await _bus.PublishAsync(new OrderPlaced())).HandlerCount.Should().Be(2);
        _calls.Should().Equal("first", "first", "added");
    }

    [Theory]
    [ClassData(typeof(EveryFanOut))]
    public async Task A_handler_that_unsubscribes_itself_disturbs_nobody(FanOut fanOut, int? maxConcurrency)
    {
        var bus = EveryFanOut.Bus(fanOut, maxConcurrency);
        var (once, always) = (0, 0);
        IDisposable? subscription = null;
        bus.On<OrderPlaced>(_ => Interlocked.Increment(ref always));
        subscription = bus.On<OrderPlaced>(_ =>
        {
            Interlocked.Increment(ref once);
            subscription!.Dispose();
        });
        bus.On<OrderPlaced>(_ => Interlocked.Increment(ref always));

        (await bus.PublishAsync(new OrderPlaced())).Succeeded.Should().BeTrue();
        (await bus.PublishAsync(new OrderPlaced())).Succeeded.Should().BeTrue();

        (once, always).Should().Be((1, 4));
    }

    [Theory]
    [ClassData(typeof(EveryFanOut))]
    public async Task A_handler_that_is_unsubscribed_midway_still_gets_the_publish_under_way(FanOut fanOut, int? maxConcurrency)
    {
        var bus = EveryFanOut.Bus(fanOut, maxConcurrency);
        var calls = 0;
        IDisposable? subscription = null;
        bus.On<OrderPlaced>(_ => subscription!.Dispose(), order: 1);
        subscription = bus.On<OrderPlaced>(_ => Interlocked.Increment(ref calls), order: 2);

        (await bus.PublishAsync(new OrderPlaced())).HandlerCount.Should().Be(2);
        calls.Should().Be(1);

        (await bus.PublishAsync(new OrderPlaced())).HandlerCount.Should().Be(1);
        calls.Should().Be(1);
    }

    [Fact]
    public async Task A_handler_sees_derived_events_that_are_published_before_and_after_it_came()
    {
        await _bus.PublishAsync(new OrderPlaced());

        _bus.On<OrderEvent>(_ => _calls.Add("order"));
        await _bus.PublishAsync(new OrderPlaced());
        await _bus.PublishAsync(new OrderCancelled());

        _calls.Should().Equal("order", "order");
    }
}
