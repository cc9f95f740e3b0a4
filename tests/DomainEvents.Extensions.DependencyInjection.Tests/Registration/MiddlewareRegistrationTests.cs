using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Tests.Companion;

public class MiddlewareRegistrationTests
{
    [Fact]
    public async Task The_first_one_added_is_outermost_and_those_of_the_options_are_further_out()
    {
        var journal = new Journal();
        await using var services = Containers.Build(services => services.AddSingleton(journal)
            .AddDomainEvents(options => options.Middleware.Add(new OfOptions(journal)))
            .AddMiddleware<Outer>().AddMiddleware<Inner>().AddHandler<ReserveStock>());

        await services.PublishAsync(new OrderPlaced());

        services.Journal().Should().Equal("OfOptions", "Outer", "Inner", "ReserveStock");
    }

    [Fact]
    public async Task Added_twice_it_wraps_once()
    {
        await using var services = Containers.Build(services => services.AddDomainEvents()
            .AddMiddleware<Inner>().AddMiddleware<Outer>().AddMiddleware<Inner>().AddHandler<ReserveStock>());

        await services.PublishAsync(new OrderPlaced());

        services.Journal().Should().Equal("Inner", "Outer", "ReserveStock");
    }

    [Fact]
    public async Task It_is_a_singleton_of_the_container()
    {
        await using var services = Containers.Build(services => services.AddDomainEvents().AddMiddleware<Counts>().AddHandler<ReserveStock>());

        await services.PublishAsync(new OrderPlaced());
        await services.PublishAsync(new OrderPlaced());

        services.GetRequiredService<Counts>().Calls.Should().Be(2);
    }

    [Fact]
    public async Task It_wraps_subscriptions_made_at_run_time()
    {
        await using var services = Containers.Build(services => services.AddDomainEvents().AddMiddleware<Outer>());
        using var subscription = services.Bus().Subscribe<OrderPlaced>((_, _) =>
        {
            services.GetRequiredService<Journal>().Write("subscription");
            return default;
        });

        await services.PublishAsync(new OrderPlaced());

        services.Journal().Should().Equal("Outer", "subscription");
    }

    [Fact]
    public async Task Its_services_are_the_scope_from_which_the_handler_comes()
    {
        await using var services = Containers.Build(services => services.AddScoped<Connection>()
            .AddDomainEvents().AddMiddleware<SeesServices>().AddHandler<UsesConnection>().AddHandler<Single>(ServiceLifetime.Singleton));
        using var subscription = services.Bus().Subscribe<OrderPlaced>((_, _) => default, new SubscribeOptions { Name = "subscription" });

        (await services.PublishAsync(new OrderPlaced())).ThrowIfFailed();

        var seen = services.GetRequiredService<SeesServices>();
        seen.Services["subscription"].Should().BeNull();
        seen.Services[typeof(Single).FullName!]!.GetRequiredService<SeesServices>().Should().BeSameAs(seen);
        seen.Connection.Should().NotBeNull().And.BeSameAs(UsesConnection.Last);
    }

    [Fact]
    public async Task One_that_hands_on_no_services_gets_an_error_that_says_so()
    {
        await using var services = Containers.Build(services => services.AddDomainEvents().AddMiddleware<DropsServices>().AddHandler<ReserveStock>());

        var result = await services.PublishAsync(new OrderPlaced());

        result.Failures.Should().ContainSingle().Which.Exception.Message.Should()
            .Contain("ReserveStock").And.Contain("EventHandlerContext.Services");
    }

    [Fact]
    public async Task One_that_needs_no_handler_does_not_have_it_made()
    {
        await using var services = Containers.Build(services => services.AddDomainEvents().AddMiddleware<Skips>().AddHandler<FailsToBeMade>());

        var result = await services.PublishAsync(new OrderPlaced());

        result.Succeeded.Should().BeTrue();
        result.HandlerCount.Should().Be(1);
    }

    [Fact]
    public async Task It_may_ask_for_the_bus_that_it_becomes_part_of()
    {
        await using var services = Containers.Build(services => services.AddDomainEvents().AddMiddleware<Publishes>().AddHandler<ReserveStock>());

        var result = await Task.Run(() => services.PublishAsync(new OrderShipped()));
        await services.PublishAsync(new OrderPlaced());

        result.HandlerCount.Should().Be(0);
        services.Journal().Should().Equal("ReserveStock");
        services.GetRequiredService<Publishes>().Publisher.Should().BeSameAs(services.Bus());
    }

    private abstract class Writes(Journal journal) : IEventMiddleware
    {
        public ValueTask InvokeAsync(EventHandlerContext context, EventHandlerDelegate next, CancellationToken cancellationToken)
        {
            journal.Write(GetType().Name);
            return next(context, cancellationToken);
        }
    }

    private sealed class OfOptions(Journal journal) : Writes(journal);

    private sealed class Outer(Journal journal) : Writes(journal);

    private sealed class Inner(Journal journal) : Writes(journal);

    private sealed class Counts : IEventMiddleware
    {
        public int Calls { get; private set; }

        public ValueTask InvokeAsync(EventHandlerContext context, EventHandlerDelegate next, CancellationToken cancellationToken)
        {
            Calls++;
            return next(context, cancellationToken);
        }
    }

    private sealed class SeesServices : IEventMiddleware
    {
        public Dictionary<string, IServiceProvider?> Services { get; } = [];

        public Connection? Connection { get; private set; }

        public ValueTask InvokeAsync(EventHandlerContext context, EventHandlerDelegate next, CancellationToken cancellationToken)
        {
            Services.Add(context.Handler.Name, context.Services);
            if (context.Handler.HandlerType == typeof(UsesConnection))
            {
                Connection = context.Services!.GetRequiredService<Connection>();
            }

            return next(context, cancellationToken);
        }
    }

    private sealed class DropsServices : IEventMiddleware
    {
        public ValueTask InvokeAsync(EventHandlerContext context, EventHandlerDelegate next, CancellationToken cancellationToken) =>
            next(new EventHandlerContext(context.Event, context.Handler, null), cancellationToken);
    }

    private sealed class Skips : IEventMiddleware
    {
        public ValueTask InvokeAsync(EventHandlerContext context, EventHandlerDelegate next, CancellationToken cancellationToken) => default;
    }

    private sealed class Publishes(IEventPublisher publisher) : IEventMiddleware
    {
        public IEventPublisher Publisher { get; } = publisher;

        public ValueTask InvokeAsync(EventHandlerContext context, EventHandlerDelegate next, CancellationToken cancellationToken) =>
            next(context, cancellationToken);
    }

    private sealed class Connection;

    private sealed class UsesConnection(Connection connection, Journal journal) : JournalHandler(journal)
    {
        public static Connection? Last { get; private set; }

        public override ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
        {
            Last = connection;
            return base.HandleAsync(domainEvent, cancellationToken);
        }
    }

    private sealed class Single(Journal journal) : JournalHandler(journal);
}
