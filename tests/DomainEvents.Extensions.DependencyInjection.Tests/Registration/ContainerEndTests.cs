using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Tests.Companion;

public class ContainerEndTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Publishing_after_the_container_is_disposed_throws(bool asynchronously)
    {
        var services = Containers.Build(services => services.AddDomainEvents().AddHandler<ReserveStock>());
        var bus = services.Bus();
        await bus.PublishAsync(new OrderPlaced());

        if (asynchronously)
        {
            await services.DisposeAsync();
        }
        else
        {
            services.Dispose();
        }

        Func<Task>[] calls =
        [
            async () => await bus.PublishAsync(new OrderPlaced()),
            async () => await bus.PublishAsync(new OrderShipped()),
            async () => await bus.PublishAllAsync([new OrderPlaced()]),
            async () => bus.Subscribe<OrderPlaced>((_, _) => default),
            async () => bus.HandlersFor(typeof(OrderPlaced)),
        ];
        foreach (var call in calls)
        {
            await call.Should().ThrowAsync<ObjectDisposedException>();
        }
    }

    [Fact]
    public async Task A_subscription_may_be_disposed_after_its_container()
    {
        var services = Containers.Build(services => services.AddDomainEvents());
        var subscription = services.Bus().Subscribe<OrderPlaced>((_, _) => default);
        await services.DisposeAsync();

        var act = subscription.Dispose;

        act.Should().NotThrow();
    }

    [Fact]
    public async Task A_publish_under_way_when_the_container_is_disposed_ends_and_later_stages_report_why_they_cannot_run()
    {
        var gate = new Gate();
        var services = Containers.Build(services => services.AddSingleton(gate).AddDomainEvents()
            .AddHandler<Waits>().AddHandler<Second>().AddHandler<LateSingleton>(ServiceLifetime.Singleton));
        var journal = services.GetRequiredService<Journal>();

        var publish = services.PublishAsync(new OrderPlaced());
        await gate.Entered;
        await services.DisposeAsync();
        gate.Open();
        var result = await publish;

        result.HandlerCount.Should().Be(3);
        result.Failures.Should().HaveCount(2).And.OnlyContain(failure => failure.Exception is ObjectDisposedException);
        journal.Entries.Should().Equal("Waits");
    }

    [Fact]
    public async Task Disposing_a_container_that_never_used_its_bus_is_harmless()
    {
        var services = Containers.Build(services => services.AddDomainEvents().AddHandler<FailsToBeMade>());

        var act = async () => await services.DisposeAsync();

        await act.Should().NotThrowAsync();
    }

    [Fact]
    public async Task The_singletons_of_the_container_are_disposed_once()
    {
        var services = Containers.Build(services => services.AddDomainEvents().AddHandler<DisposableHandler>(ServiceLifetime.Singleton));
        await services.PublishAsync(new OrderPlaced());
        await services.PublishAsync(new OrderPlaced());
        var handler = services.GetRequiredService<DisposableHandler>();
        handler.Disposed.Should().Be(0);

        await services.DisposeAsync();

        handler.Disposed.Should().Be(1);
    }

    private sealed class Waits(Journal journal, Gate gate) : JournalHandler(journal)
    {
        public override async ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
        {
            await gate.PassAsync(cancellationToken);
            await base.HandleAsync(domainEvent, cancellationToken);
        }
    }

    [EventHandler(Order = 1)]
    private sealed class Second(Journal journal) : JournalHandler(journal);

    [EventHandler(Order = 1)]
    private sealed class LateSingleton(Journal journal) : JournalHandler(journal);

    private sealed class DisposableHandler : IEventHandler<OrderPlaced>, IDisposable
    {
        public int Disposed { get; private set; }

        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken) => default;

        public void Dispose() => Disposed++;
    }
}
