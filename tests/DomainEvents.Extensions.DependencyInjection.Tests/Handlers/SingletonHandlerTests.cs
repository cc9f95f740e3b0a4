using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Tests.Companion;

public class SingletonHandlerTests
{
    [Fact]
    public async Task Singletons_are_the_containers_own_and_make_no_scope()
    {
        var instance = new Remembers();
        await using var services = Containers.Build(services =>
        {
            services.AddSingleton<IEventHandler<OrderShipped>>(instance);
            services.AddDomainEvents().AddHandler<Remembers>(ServiceLifetime.Singleton);
            services.AddSingleton<IServiceScopeFactory, NoScopes>();
        });

        await services.PublishAsync(new OrderPlaced());
        await services.PublishAsync(new OrderPlaced());
        await services.PublishAsync(new OrderLost());

        services.GetRequiredService<Remembers>().Count.Should().Be(3, "one object handles both events");
        instance.Count.Should().Be(0);
    }

    [Fact]
    public async Task An_instance_handles_the_event_that_it_is_registered_for_only()
    {
        var instance = new Remembers();
        await using var services = Containers.Build(services =>
            services.AddSingleton<IEventHandler<OrderPlaced>>(instance).AddDomainEvents());

        await services.PublishAsync(new OrderPlaced());
        await services.PublishAsync(new OrderLost());

        instance.Count.Should().Be(1);
    }

    [Fact]
    public async Task A_singleton_whose_middleware_is_around_it_gets_the_root_services()
    {
        await using var services = Containers.Build(services => services.AddDomainEvents()
            .AddMiddleware<Passes>().AddHandler<Remembers>(ServiceLifetime.Singleton));

        (await services.PublishAsync(new OrderPlaced())).ThrowIfFailed();

        services.GetRequiredService<Remembers>().Count.Should().Be(1);
    }

    [Fact]
    public async Task A_singleton_that_cannot_be_made_is_tried_again_at_the_next_event()
    {
        var ready = false;
        await using var services = Containers.Build(services => services
            .AddSingleton(_ => ready ? new Remembers() : throw new NotSupportedException("not yet"))
            .AddDomainEvents().AddHandler<Remembers>(ServiceLifetime.Singleton));

        var failed = await services.PublishAsync(new OrderPlaced());
        ready = true;
        var succeeded = await services.PublishAsync(new OrderPlaced());

        failed.Failures.Should().ContainSingle().Which.Exception.Should().BeOfType<NotSupportedException>();
        succeeded.Succeeded.Should().BeTrue();
    }

    private sealed class Remembers : IEventHandler<OrderPlaced>, IEventHandler<OrderLost>, IEventHandler<OrderShipped>
    {
        public int Count { get; private set; }

        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken) => CountAsync();

        public ValueTask HandleAsync(OrderLost domainEvent, CancellationToken cancellationToken) => CountAsync();

        public ValueTask HandleAsync(OrderShipped domainEvent, CancellationToken cancellationToken) => CountAsync();

        private ValueTask CountAsync()
        {
            Count++;
            return default;
        }
    }

    private sealed class Passes : IEventMiddleware
    {
        public ValueTask InvokeAsync(EventHandlerContext context, EventHandlerDelegate next, CancellationToken cancellationToken) =>
            next(context, cancellationToken);
    }

    private sealed class NoScopes : IServiceScopeFactory
    {
        public IServiceScope CreateScope() => throw new NotSupportedException("a singleton needs no scope");
    }
}
