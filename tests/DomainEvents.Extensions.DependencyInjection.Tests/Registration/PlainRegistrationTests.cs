using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Tests.Companion;

public class PlainRegistrationTests
{
    [Fact]
    public async Task Handlers_registered_before_and_after_AddDomainEvents_are_found_in_order()
    {
        await using var services = Containers.Build(services =>
        {
            services.AddScoped<IEventHandler<OrderPlaced>, ReserveStock>();
            services.AddDomainEvents().AddHandler<SendEmail>();
            services.AddTransient<IEventHandler<OrderPlaced>, UpdateReport>();
        });

        await services.PublishAsync(new OrderPlaced());

        services.Journal().Should().Equal("ReserveStock", "SendEmail", "UpdateReport");
    }

    [Fact]
    public async Task One_handler_registered_in_several_ways_runs_once()
    {
        await using var services = Containers.Build(services =>
        {
            services.AddScoped<IEventHandler<OrderPlaced>, ReserveStock>();
            services.AddTransient<IEventHandler<OrderPlaced>, ReserveStock>();
            services.AddScoped<IEventHandler<OrderPlaced>>(provider => provider.GetRequiredService<ReserveStock>());
            services.AddDomainEvents(new FakeAssembly(typeof(ReserveStock))).AddHandler<ReserveStock>();
        });

        var result = await services.PublishAsync(new OrderPlaced());

        result.HandlerCount.Should().Be(1);
        services.Journal().Should().Equal("ReserveStock");
    }

    [Fact]
    public async Task One_object_registered_twice_runs_once()
    {
        var journal = new Journal();
        var handler = new ReserveStock(journal);
        await using var services = Containers.Build(services =>
        {
            services.AddSingleton<IEventHandler<OrderPlaced>>(handler);
            services.AddSingleton<IEventHandler<OrderPlaced>>(handler);
            services.AddDomainEvents();
        });

        await services.PublishAsync(new OrderPlaced());

        journal.Entries.Should().Equal("ReserveStock");
    }

    [Fact]
    public async Task An_object_takes_the_place_of_its_class_that_a_scan_finds_as_well()
    {
        var journal = new Journal();
        await using var services = Containers.Build(services =>
        {
            services.AddDomainEvents(new FakeAssembly(typeof(ReserveStock)));
            services.AddSingleton<IEventHandler<OrderPlaced>>(new ReserveStock(journal));
        });

        var result = await services.PublishAsync(new OrderPlaced());

        result.HandlerCount.Should().Be(1);
        journal.Entries.Should().Equal("ReserveStock");
        services.Journal().Should().BeEmpty();
    }

    [Fact]
    public async Task Keyed_services_are_not_handlers()
    {
        await using var services = Containers.Build(services =>
        {
            services.AddKeyedScoped<IEventHandler<OrderPlaced>, ReserveStock>("key");
            services.AddKeyedSingleton<IEventHandler<OrderPlaced>>("key", new ReserveStock(new Journal()));
            services.AddKeyedTransient<ReserveStock>("key");
            services.AddScoped<IEventHandler<OrderPlaced>, SendEmail>();
            services.AddDomainEvents().AddHandler<UpdateReport>();
        });

        await services.PublishAsync(new OrderPlaced());

        services.Journal().Should().Equal("SendEmail", "UpdateReport");
    }

    [Fact]
    public void An_open_generic_registration_is_refused_with_what_to_do()
    {
        using var services = Containers.Build(services =>
            services.AddScoped(typeof(IEventHandler<>), typeof(Everything<>)).AddDomainEvents());

        var act = () => services.Bus();

        act.Should().Throw<InvalidOperationException>().WithMessage("*Everything*open generic*IEventHandler<IDomainEvent> handles every event*");
    }

    [Fact]
    public async Task Other_open_generic_services_do_not_matter()
    {
        await using var services = Containers.Build(services =>
            services.AddScoped(typeof(Lazy<>)).AddDomainEvents().AddHandler<ReserveStock>());

        (await services.PublishAsync(new OrderPlaced())).HandlerCount.Should().Be(1);
    }

    [Fact]
    public async Task A_handler_of_every_event_is_called_for_each()
    {
        var seen = new List<IDomainEvent>();
        await using var services = Containers.Build(services =>
            services.AddSingleton<IEventHandler<IDomainEvent>>(new Collects(seen)).AddDomainEvents());
        IDomainEvent[] events = [new OrderPlaced(), new OrderShipped()];

        await services.Bus().PublishAllAsync(events);

        seen.Should().Equal(events);
    }

    private sealed class Collects(List<IDomainEvent> seen) : IEventHandler<IDomainEvent>
    {
        public ValueTask HandleAsync(IDomainEvent domainEvent, CancellationToken cancellationToken)
        {
            seen.Add(domainEvent);
            return default;
        }
    }

    private sealed class Everything<TEvent> : IEventHandler<TEvent>
        where TEvent : notnull
    {
        public ValueTask HandleAsync(TEvent domainEvent, CancellationToken cancellationToken) => default;
    }
}
