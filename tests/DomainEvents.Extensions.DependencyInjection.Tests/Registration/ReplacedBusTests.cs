using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace DomainEvents.Tests.Companion;

public class ReplacedBusTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_bus_of_the_application_takes_the_place_of_ours_whenever_it_is_registered(bool before)
    {
        var own = new RecordingBus();
        await using var services = Containers.Build(services =>
        {
            if (before)
            {
                services.AddSingleton<IEventBus>(own);
            }

            services.AddDomainEvents().AddHandler<ReserveStock>();
            services.Replace(ServiceDescriptor.Singleton<IEventBus>(own));
        });
        var placed = new OrderPlaced();
        var shipped = new OrderShipped();

        await services.GetRequiredService<IEventPublisher>().PublishAsync(placed);
        await services.CommitAsync(shipped);

        services.Bus().Should().BeSameAs(own);
        own.Published.Should().Equal(placed, shipped);
        services.Journal().Should().BeEmpty();
    }

    [Fact]
    public async Task A_decorator_sees_what_is_published_at_once_and_what_waited_for_a_commit()
    {
        await using var services = Containers.Build(services =>
        {
            services.AddDomainEvents().AddHandler<ReserveStock>();
            var inner = services.Last(descriptor => descriptor.ServiceType == typeof(IEventBus)).ImplementationFactory!;
            services.Replace(ServiceDescriptor.Singleton<IEventBus>(provider => new RecordingBus((IEventBus)inner(provider))));
        });
        var first = new OrderPlaced();
        var second = new OrderPlaced();

        await services.PublishAsync(first);
        var result = await services.CommitAsync(second);

        ((RecordingBus)services.Bus()).Published.Should().Equal(first, second);
        result.HandlerCount.Should().Be(1);
        services.Journal().Should().Equal("ReserveStock", "ReserveStock");
    }

    [Fact]
    public async Task A_dispatcher_of_the_application_stays()
    {
        await using var services = Containers.Build(services =>
        {
            services.AddScoped<IEventDispatcher>(_ => null!);
            services.AddDomainEvents();
        });
        await using var scope = services.CreateAsyncScope();

        scope.ServiceProvider.GetService<IEventDispatcher>().Should().BeNull();
    }

    private sealed class RecordingBus(IEventBus? inner = null) : IEventBus
    {
        public List<IDomainEvent> Published { get; } = [];

        public ValueTask<PublishResult> PublishAsync(IDomainEvent domainEvent, CancellationToken cancellationToken = default)
        {
            Published.Add(domainEvent);
            return inner?.PublishAsync(domainEvent, cancellationToken) ?? default;
        }

        public async ValueTask<PublishResult> PublishAllAsync(
            IEnumerable<IDomainEvent> domainEvents, CancellationToken cancellationToken = default)
        {
            foreach (var domainEvent in domainEvents)
            {
                await PublishAsync(domainEvent, cancellationToken);
            }

            return default;
        }

        public IDisposable Subscribe<TEvent>(IEventHandler<TEvent> handler, SubscribeOptions? options = null)
            where TEvent : notnull => throw new NotSupportedException();

        public IDisposable Subscribe<TEvent>(Func<TEvent, CancellationToken, ValueTask> handler, SubscribeOptions? options = null)
            where TEvent : notnull => throw new NotSupportedException();

        public IReadOnlyList<HandlerDescriptor> HandlersFor(Type eventType) => [];
    }
}
