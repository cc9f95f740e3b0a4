using System.Reflection;
using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DomainEvents.Tests.Companion;

public class AddDomainEventsTests
{
    private static readonly Assembly Handlers = new FakeAssembly(typeof(ReserveStock));
    private static readonly Assembly MoreHandlers = new FakeAssembly(typeof(SendEmail));

    [Fact]
    public async Task Works_with_no_arguments_without_logging_and_without_a_host()
    {
        await using var services = Containers.Build(services => services.AddDomainEvents().AddHandler<ReserveStock>());

        var result = await services.PublishAsync(new OrderPlaced());

        result.HandlerCount.Should().Be(1);
        services.Journal().Should().Equal("ReserveStock");
    }

    [Fact]
    public async Task Takes_options_of_the_bus()
    {
        await using var services = Containers.Build(services =>
            services.AddDomainEvents(options => options.FanOut = FanOut.StopOnFirstFailure).AddHandler<FailsToBeMade>().AddHandler<ReserveStock>());

        var result = await services.PublishAsync(new OrderPlaced());

        result.HandlerCount.Should().Be(1);
        services.Journal().Should().BeEmpty();
    }

    [Fact]
    public async Task Takes_assemblies()
    {
        await using var services = Containers.Build(services => services.AddDomainEvents(Handlers, MoreHandlers));

        await services.PublishAsync(new OrderPlaced());

        services.Journal().Should().Equal("ReserveStock", "SendEmail");
    }

    [Fact]
    public async Task Takes_options_and_assemblies()
    {
        await using var services = Containers.Build(services =>
            services.AddDomainEvents(options => options.MaxPublishDepth = 1, Handlers, MoreHandlers));
        using var nested = services.Bus().Subscribe<OrderShipped>(async (_, token) => await services.Bus().PublishAsync(new OrderPlaced(), token));

        await services.PublishAsync(new OrderPlaced());
        var result = await services.PublishAsync(new OrderShipped());

        services.Journal().Should().Equal("ReserveStock", "SendEmail");
        result.Failures.Should().ContainSingle().Which.Exception.Message.Should().Contain("MaxPublishDepth");
    }

    [Fact]
    public async Task Called_twice_runs_each_handler_once()
    {
        await using var services = Containers.Build(services =>
        {
            services.AddDomainEvents(Handlers);
            services.AddDomainEvents(Handlers).AddHandler<ReserveStock>();
        });

        var result = await services.PublishAsync(new OrderPlaced());

        result.HandlerCount.Should().Be(1);
        services.GetServices<IEventBus>().Should().ContainSingle();
        services.GetServices<IEventPublisher>().Should().ContainSingle();
        services.GetServices<IHostedService>().Should().ContainSingle();
    }

    [Fact]
    public async Task Called_twice_configures_in_the_order_of_the_calls()
    {
        var depths = new List<int>();
        await using var services = Containers.Build(services =>
        {
            services.AddDomainEvents(options => options.MaxPublishDepth = 7);
            services.AddDomainEvents(options => depths.Add(options.MaxPublishDepth));
        });

        services.Bus();

        depths.Should().Equal(7);
    }

    [Fact]
    public async Task The_publisher_is_the_bus_and_a_singleton()
    {
        await using var services = Containers.Build(services => services.AddDomainEvents());
        await using var scope = services.CreateAsyncScope();

        scope.ServiceProvider.GetRequiredService<IEventPublisher>().Should().BeSameAs(services.Bus());
        scope.ServiceProvider.GetRequiredService<IEventBus>().Should().BeSameAs(services.Bus());
    }

    [Fact]
    public async Task The_dispatcher_belongs_to_its_scope()
    {
        await using var services = Containers.Build(services => services.AddDomainEvents());
        await using var one = services.CreateAsyncScope();
        await using var other = services.CreateAsyncScope();

        var dispatcher = one.ServiceProvider.GetRequiredService<IEventDispatcher>();

        one.ServiceProvider.GetRequiredService<IEventDispatcher>().Should().BeSameAs(dispatcher);
        other.ServiceProvider.GetRequiredService<IEventDispatcher>().Should().NotBeSameAs(dispatcher);
    }

    [Fact]
    public async Task Takes_options_of_transactions()
    {
        await using var services = Containers.Build(services =>
            services.AddDomainEvents().ConfigureTransactions(options => options.NoTransaction = NoTransactionPolicy.Throw));
        await using var scope = services.CreateAsyncScope();

        var publish = async () => await scope.ServiceProvider.GetRequiredService<IEventDispatcher>().PublishAsync(new OrderPlaced());

        await publish.Should().ThrowAsync<InvalidOperationException>().WithMessage("*NoTransaction is Throw*");
    }

    [Fact]
    public void The_builder_hands_out_the_services_that_it_adds_to()
    {
        var services = new ServiceCollection();

        services.AddDomainEvents().Services.Should().BeSameAs(services);
    }

    [Fact]
    public void Nulls_are_refused()
    {
        var services = new ServiceCollection();
        Action[] calls =
        [
            () => DomainEventsServiceCollectionExtensions.AddDomainEvents(null!),
            () => services.AddDomainEvents((Assembly[])null!),
            () => services.AddDomainEvents([null!]),
            () => services.AddDomainEvents((Action<EventBusOptions>)null!, Handlers),
            () => services.AddDomainEvents(_ => { }, null!),
            () => services.AddDomainEvents(_ => { }, Handlers, null!),
            () => services.AddDomainEvents(_ => { }, Handlers, [null!]),
            () => services.AddDomainEvents().AddHandlersFromAssembly(null!),
            () => services.AddDomainEvents().ConfigureTransactions(null!),
        ];

        calls.Should().AllSatisfy(call => call.Should().Throw<ArgumentNullException>());
    }
}
