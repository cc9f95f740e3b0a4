using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Tests.Companion;

public class AddHandlerTests
{
    [Theory]
    [InlineData(ServiceLifetime.Transient)]
    [InlineData(ServiceLifetime.Scoped)]
    [InlineData(ServiceLifetime.Singleton)]
    public async Task Registers_the_class_with_its_lifetime(ServiceLifetime lifetime)
    {
        var services = new ServiceCollection();
        services.AddDomainEvents().AddHandler<ReserveStock>(lifetime);
        await using var provider = services.BuildStrict();

        await provider.PublishAsync(new OrderPlaced());

        services.Single(descriptor => descriptor.ServiceType == typeof(ReserveStock)).Lifetime.Should().Be(lifetime);
        provider.Journal().Should().Equal("ReserveStock");
    }

    [Fact]
    public void Is_scoped_unless_told_otherwise()
    {
        var services = new ServiceCollection();

        services.AddDomainEvents().AddHandler<ReserveStock>();

        services.Should().ContainSingle(descriptor =>
            descriptor.ServiceType == typeof(ReserveStock) && descriptor.Lifetime == ServiceLifetime.Scoped);
    }

    [Fact]
    public async Task A_class_that_is_registered_already_keeps_its_registration()
    {
        var own = new ReserveStock(new Journal());
        await using var services = Containers.Build(services =>
            services.AddSingleton(own).AddDomainEvents().AddHandler<ReserveStock>(ServiceLifetime.Transient));

        var result = await services.PublishAsync(new OrderPlaced());

        result.HandlerCount.Should().Be(1);
        services.GetRequiredService<ReserveStock>().Should().BeSameAs(own);
        services.Journal().Should().BeEmpty("the registered instance writes to its own journal");
    }

    [Fact]
    public async Task A_class_that_is_taken_out_again_is_no_handler_any_more()
    {
        await using var services = Containers.Build(services =>
        {
            services.AddDomainEvents().AddHandler<ReserveStock>().AddHandler<SendEmail>();
            services.Remove(services.Single(descriptor => descriptor.ServiceType == typeof(ReserveStock)));
        });

        await services.PublishAsync(new OrderPlaced());

        services.Journal().Should().Equal("SendEmail");
    }

    [Fact]
    public async Task A_closed_generic_class_is_a_handler()
    {
        await using var services = Containers.Build(services => services.AddDomainEvents().AddHandler<Audit<OrderPlaced>>());

        await services.PublishAsync(new OrderPlaced());

        services.Journal().Should().Equal("OrderPlaced");
    }

    [Fact]
    public async Task A_handler_of_an_interface_and_a_handler_of_a_struct_are_called()
    {
        await using var services = Containers.Build(services =>
            services.AddDomainEvents().AddHandler<Audit<IOrderEvent>>().AddHandler<Audit<Tick>>(ServiceLifetime.Singleton));

        await services.PublishAsync(new OrderShipped());
        await services.PublishAsync(new Tick(Guid.NewGuid(), default));

        services.Journal().Should().Equal("OrderShipped", "Tick");
    }

    [Fact]
    public void A_class_that_handles_nothing_is_refused_with_what_is_missing()
    {
        var act = () => new ServiceCollection().AddDomainEvents().AddHandler<Journal>();

        act.Should().Throw<ArgumentException>().WithMessage("*DomainEvents.Tests.Companion.Journal*implements IEventHandler<TEvent>*");
    }

    [Fact]
    public void An_abstract_class_is_refused()
    {
        var act = () => new ServiceCollection().AddDomainEvents().AddHandler<JournalHandler>();

        act.Should().Throw<ArgumentException>().WithMessage("*JournalHandler*not abstract*");
    }

    [Fact]
    public void An_interface_is_refused()
    {
        var act = () => new ServiceCollection().AddDomainEvents().AddHandler<IEventHandler<OrderPlaced>>();

        act.Should().Throw<ArgumentException>().WithMessage("*must be a class*");
    }

    [Fact]
    public void An_undefined_lifetime_is_refused()
    {
        var act = () => new ServiceCollection().AddDomainEvents().AddHandler<ReserveStock>((ServiceLifetime)7);

        act.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Singleton, Scoped or Transient*");
    }

    private readonly record struct Tick(Guid EventId, DateTimeOffset OccurredAt) : IDomainEvent;

    private sealed class Audit<TEvent>(Journal journal) : IEventHandler<TEvent>
        where TEvent : IDomainEvent
    {
        public ValueTask HandleAsync(TEvent domainEvent, CancellationToken cancellationToken)
        {
            journal.Write(domainEvent.GetType().Name);
            return default;
        }
    }
}
