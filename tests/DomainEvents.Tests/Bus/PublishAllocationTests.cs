namespace DomainEvents.Tests;

[Collection(Alone.Name)]
public sealed class PublishAllocationTests
{
    private readonly OrderPlaced _placed = new();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(100)]
    public void A_publish_to_synchronous_handlers_allocates_nothing(int handlers)
    {
        var bus = new InMemoryEventBus();
        for (var i = 0; i < handlers; i++)
        {
            bus.Subscribe<OrderPlaced>(new Counter().Count);
        }

        Publishing(bus, _placed).Should().Be(0);
    }

    [Fact]
    public void A_publish_to_handlers_of_base_types_and_interfaces_allocates_nothing()
    {
        var bus = new InMemoryEventBus();
        bus.Subscribe<OrderPlaced>(new Nothing<OrderPlaced>());
        bus.Subscribe<OrderEvent>(new Nothing<OrderEvent>());
        bus.Subscribe<DomainEvent>(new Nothing<DomainEvent>());
        bus.Subscribe<IAudited>(new Nothing<IAudited>());
        bus.Subscribe<IDomainEvent>(new Nothing<IDomainEvent>());

        Publishing(bus, _placed).Should().Be(0);
    }

    [Fact]
    public void A_publish_of_a_boxed_struct_allocates_nothing_more()
    {
        var bus = new InMemoryEventBus();
        bus.Subscribe<PriceSampled>(new Nothing<PriceSampled>());
        IDomainEvent boxed = new PriceSampled(1);

        Publishing(bus, boxed).Should().Be(0);
    }

    [Fact]
    public void A_publish_under_a_synchronization_context_allocates_nothing()
    {
        var bus = new InMemoryEventBus();
        bus.Subscribe<OrderPlaced>(new Counter().Count);
        var context = new SingleThread();

        Allocations.PerCall(() =>
        {
            SynchronizationContext.SetSynchronizationContext(context);
            bus.PublishAsync(_placed).GetAwaiter().GetResult();
        }).Should().Be(0);
    }

    [OptimizedFact]
    public void A_publish_in_stages_allocates_nothing()
    {
        var bus = new InMemoryEventBus();
        for (var order = 0; order < 5; order++)
        {
            bus.Subscribe<OrderPlaced>(new Nothing<OrderPlaced>(), new SubscribeOptions { Order = order });
        }

        Publishing(bus, _placed).Should().Be(0);
    }

    [OptimizedFact]
    public void A_sequential_publish_allocates_nothing()
    {
        foreach (var fanOut in new[] { FanOut.Sequential, FanOut.StopOnFirstFailure })
        {
            var bus = EveryFanOut.Bus(fanOut, null);
            bus.Subscribe<OrderPlaced>(new Nothing<OrderPlaced>());
            bus.Subscribe<IDomainEvent>(new Nothing<IDomainEvent>());

            Publishing(bus, _placed).Should().Be(0);
        }
    }

    [OptimizedFact]
    public void A_publish_to_asynchronous_handlers_allocates_nothing_beyond_their_own_state()
    {
        const int Handlers = 5;
        var signals = Enumerable.Range(0, Handlers).Select(_ => new ReusableSignal()).ToArray();
        var bus = new InMemoryEventBus();
        foreach (var signal in signals)
        {
            bus.Subscribe<OrderPlaced>((_, _) => signal.WaitAsync());
        }

        // The very same signals with no bus between: what a task that ends later costs in itself.
        var raw = new ValueTask[Handlers];
        var withoutBus = Allocations.PerCall(() =>
        {
            for (var i = 0; i < Handlers; i++)
            {
                raw[i] = signals[i].WaitAsync();
            }

            for (var i = 0; i < Handlers; i++)
            {
                signals[i].Set();
                raw[i].GetAwaiter().GetResult();
            }
        });
        var withBus = Allocations.PerCall(() =>
        {
            var publish = bus.PublishAsync(_placed);
            foreach (var signal in signals)
            {
                signal.Set();
            }

            publish.GetAwaiter().GetResult().ThrowIfFailed();
        });

        withBus.Should().Be(withoutBus);
    }

    private static double Publishing(InMemoryEventBus bus, IDomainEvent domainEvent) =>
        Allocations.PerCall(() => bus.PublishAsync(domainEvent).GetAwaiter().GetResult());

    private sealed class Nothing<TEvent> : IEventHandler<TEvent>
        where TEvent : notnull
    {
        public ValueTask HandleAsync(TEvent domainEvent, CancellationToken cancellationToken) => default;
    }
}
