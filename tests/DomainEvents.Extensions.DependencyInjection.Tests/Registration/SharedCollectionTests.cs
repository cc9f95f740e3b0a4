using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Tests.Companion;

public class SharedCollectionTests
{
    [Fact]
    public async Task Providers_built_from_one_collection_have_a_bus_each()
    {
        var services = new ServiceCollection();
        services.AddDomainEvents().AddHandler<ReserveStock>();
        await using var one = services.BuildStrict();
        await using var other = services.BuildStrict();

        await one.PublishAsync(new OrderPlaced());

        other.Bus().Should().NotBeSameAs(one.Bus());
        one.Journal().Should().Equal("ReserveStock");
        other.Journal().Should().BeEmpty();
    }

    [Fact]
    public async Task Disposing_one_of_two_providers_leaves_the_other_one_working()
    {
        var services = new ServiceCollection();
        services.AddDomainEvents().AddHandler<ReserveStock>();
        await using var kept = services.BuildStrict();
        var disposed = services.BuildStrict();
        _ = disposed.Bus();

        await disposed.DisposeAsync();

        (await kept.PublishAsync(new OrderPlaced())).HandlerCount.Should().Be(1);
    }

    [Fact]
    public async Task A_class_added_after_a_provider_was_built_belongs_to_the_next_one()
    {
        var services = new ServiceCollection();
        services.AddDomainEvents().AddHandler<ReserveStock>();
        await using var earlier = services.BuildStrict();
        services.AddDomainEvents().AddHandler<SendEmail>();
        await using var later = services.BuildStrict();

        var result = await earlier.PublishAsync(new OrderPlaced());
        await later.PublishAsync(new OrderPlaced());

        result.Succeeded.Should().BeTrue();
        earlier.Journal().Should().Equal("ReserveStock");
        later.Journal().Should().Equal("ReserveStock", "SendEmail");
    }

    [Fact]
    public async Task A_plain_handler_added_after_a_provider_was_built_belongs_to_the_next_one()
    {
        var services = new ServiceCollection();
        services.AddDomainEvents();
        await using var earlier = services.BuildStrict();
        services.AddScoped<IEventHandler<OrderPlaced>, ReserveStock>();
        await using var later = services.BuildStrict();

        var result = await earlier.PublishAsync(new OrderPlaced());
        await later.PublishAsync(new OrderPlaced());

        result.Should().Be(default(PublishResult));
        later.Journal().Should().Equal("ReserveStock");
    }
}
