using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Tests.Companion;

public class HandlerNameTests
{
    [Fact]
    public async Task The_default_name_is_the_full_name_of_the_class()
    {
        await using var services = Containers.Build(services => services.AddDomainEvents().AddHandler<ReserveStock>());

        services.Bus().HandlersFor(typeof(OrderPlaced)).Should().Equal(
            new HandlerDescriptor("DomainEvents.Tests.Companion.ReserveStock", typeof(OrderPlaced), typeof(ReserveStock), 0));
    }

    [Fact]
    public async Task The_attribute_gives_a_stable_name()
    {
        await using var services = Containers.Build(services => services.AddDomainEvents().AddHandler<Renamed>());

        services.HandlerNames<OrderPlaced>().Should().Equal("warehouse");
    }

    [Fact]
    public async Task A_class_with_several_interfaces_has_a_name_for_each_however_it_is_registered()
    {
        await using var services = Containers.Build(services =>
        {
            services.AddScoped<IEventHandler<OrderShipped>, Tracks>();
            services.AddDomainEvents().AddHandler<Tracks>().AddHandler<RenamedTracks>();
        });

        services.HandlerNames<OrderPlaced>().Should().Equal(
            "DomainEvents.Tests.Companion.HandlerNameTests+Tracks/DomainEvents.Tests.Companion.OrderPlaced",
            "tracks/DomainEvents.Tests.Companion.OrderPlaced");
        services.HandlerNames<OrderShipped>().Should().Equal(
            "DomainEvents.Tests.Companion.HandlerNameTests+Tracks/DomainEvents.Tests.Companion.OrderShipped",
            "tracks/DomainEvents.Tests.Companion.OrderShipped");
    }

    [Fact]
    public void Two_classes_of_one_name_are_an_error_that_names_both()
    {
        using var services = Containers.Build(services => services.AddDomainEvents().AddHandler<Renamed>().AddHandler<AlsoRenamed>());

        var act = () => services.Bus();

        act.Should().Throw<InvalidOperationException>()
            .WithMessage("*'warehouse'*HandlerNameTests+Renamed and *HandlerNameTests+AlsoRenamed*EventHandler(Name = *");
    }

    [Fact]
    public void Two_objects_of_one_class_are_an_error()
    {
        using var services = Containers.Build(services =>
        {
            services.AddSingleton<IEventHandler<OrderPlaced>>(new ReserveStock(new Journal()));
            services.AddSingleton<IEventHandler<OrderPlaced>>(new ReserveStock(new Journal()));
            services.AddDomainEvents();
        });

        var act = () => services.GetRequiredService<IEventPublisher>();

        act.Should().Throw<InvalidOperationException>().WithMessage("*ReserveStock'*register an instance once*");
    }

    [Fact]
    public async Task Names_that_differ_in_case_are_two_names()
    {
        await using var services = Containers.Build(services => services.AddDomainEvents().AddHandler<Renamed>().AddHandler<Shouts>());

        services.HandlerNames<OrderPlaced>().Should().Equal("warehouse", "WAREHOUSE");
    }

    [EventHandler(Name = "warehouse")]
    private sealed class Renamed(Journal journal) : JournalHandler(journal);

    [EventHandler(Name = "warehouse")]
    private sealed class AlsoRenamed(Journal journal) : JournalHandler(journal);

    [EventHandler(Name = "WAREHOUSE")]
    private sealed class Shouts(Journal journal) : JournalHandler(journal);

    private class Tracks : IEventHandler<OrderPlaced>, IEventHandler<OrderShipped>
    {
        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken) => default;

        public ValueTask HandleAsync(OrderShipped domainEvent, CancellationToken cancellationToken) => default;
    }

    [EventHandler(Name = "tracks")]
    private sealed class RenamedTracks : Tracks;
}
