using DomainEvents.TestSupport;
using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Tests.Companion;

public class FactoryRegistrationTests
{
    [Theory]
    [InlineData(ServiceLifetime.Transient)]
    [InlineData(ServiceLifetime.Scoped)]
    [InlineData(ServiceLifetime.Singleton)]
    public async Task Type_and_attributes_come_from_the_first_instance(ServiceLifetime lifetime)
    {
        await using var services = Containers.Build(services =>
        {
            services.Add(Factory(provider => new Renamed(provider.GetRequiredService<Journal>()), lifetime));
            services.AddDomainEvents();
        });

        await services.PublishAsync(new OrderPlaced());

        services.Bus().HandlersFor(typeof(OrderPlaced)).Should().Equal(
            new HandlerDescriptor("warehouse", typeof(OrderPlaced), typeof(Renamed), 3));
        services.Journal().Should().Equal("Renamed");
    }

    [Fact]
    public async Task A_class_that_is_declared_is_not_made_to_be_looked_at()
    {
        var made = 0;
        await using var services = Containers.Build(services => services
            .AddScoped<IEventHandler<OrderPlaced>, Renamed>(provider =>
            {
                made++;
                return new Renamed(provider.GetRequiredService<Journal>());
            })
            .AddDomainEvents());

        services.HandlerNames<OrderPlaced>().Should().Equal("warehouse");
        made.Should().Be(0);
    }

    [Fact]
    public async Task What_is_made_to_be_looked_at_is_disposed_even_if_only_asynchronously()
    {
        var disposed = new TaskCompletionSource();
        await using var services = Containers.Build(services =>
        {
            services.AddTransient<IEventHandler<OrderPlaced>>(_ => new DisposedSlowly(disposed));
            services.AddDomainEvents();
        });

        services.HandlerNames<OrderPlaced>().Should().ContainSingle();

        await disposed.Task.Soon();
    }

    [Fact]
    public async Task Two_factories_of_one_class_clash_by_name_but_the_same_one_twice_is_one()
    {
        Func<IServiceProvider, IEventHandler<OrderPlaced>> factory = provider => new Renamed(provider.GetRequiredService<Journal>());
        await using var same = Containers.Build(services => services.AddScoped(factory).AddScoped(factory).AddDomainEvents());
        await using var different = Containers.Build(services => services
            .AddScoped(factory)
            .AddScoped<IEventHandler<OrderPlaced>>(provider => new Renamed(provider.GetRequiredService<Journal>()))
            .AddDomainEvents());

        same.HandlerNames<OrderPlaced>().Should().Equal("warehouse");
        different.Invoking(services => services.Bus()).Should().Throw<InvalidOperationException>().WithMessage("*named 'warehouse'*");
    }

    [Fact]
    public async Task The_phase_of_the_instance_counts()
    {
        await using var services = Containers.Build(services =>
        {
            services.Add(Factory(provider => new OnRollback(provider.GetRequiredService<Journal>()), ServiceLifetime.Scoped));
            services.AddDomainEvents();
        });

        var result = await services.PublishAsync(new OrderPlaced());

        result.HandlerCount.Should().Be(0, "it runs after a rollback only");
    }

    [Fact]
    public async Task A_factory_that_fails_at_first_is_told_and_tried_again_at_each_event()
    {
        using var log = new RecordingLoggerProvider();
        var works = false;
        await using var services = Containers.Build(services =>
        {
            services.AddRecording(log).Add(Factory(
                provider => works ? new ReserveStock(provider.GetRequiredService<Journal>()) : throw new NotSupportedException("not yet"),
                ServiceLifetime.Scoped));
            services.AddDomainEvents().AddHandler<SendEmail>();
        });

        var failed = await services.PublishAsync(new OrderPlaced());
        works = true;
        var succeeded = await services.PublishAsync(new OrderPlaced());

        log.WithId(2001).Should().ContainSingle().Which.Exception.Should().BeOfType<NotSupportedException>();
        failed.Failures.Should().ContainSingle().Which.Handler.Name.Should().EndWith("IEventHandler`1[DomainEvents.Tests.Companion.OrderPlaced]#0");
        succeeded.Succeeded.Should().BeTrue();
        services.Journal().Should().Equal("SendEmail", "ReserveStock", "SendEmail");
    }

    [Fact]
    public async Task A_handler_whose_phase_shows_too_late_is_not_run_in_the_wrong_one()
    {
        var works = false;
        await using var services = Containers.Build(services =>
        {
            services.Add(Factory(
                provider => works ? new OnRollback(provider.GetRequiredService<Journal>()) : throw new NotSupportedException("not yet"),
                ServiceLifetime.Scoped));
            services.AddDomainEvents();
        });
        _ = services.Bus();
        works = true;

        var result = await services.PublishAsync(new OrderPlaced());

        result.Failures.Should().ContainSingle().Which.Exception.Should().BeOfType<InvalidOperationException>()
            .Which.Message.Should().Contain("OnRollback").And.Contain("AddHandler<THandler>()");
        services.Journal().Should().BeEmpty();
    }

    [Theory]
    [InlineData(ServiceLifetime.Transient)]
    [InlineData(ServiceLifetime.Scoped)]
    [InlineData(ServiceLifetime.Singleton)]
    public async Task A_factory_may_ask_for_the_bus_that_looks_at_it(ServiceLifetime lifetime)
    {
        await using var services = Containers.Build(services =>
        {
            services.Add(Factory(provider => new Forwards(provider.GetRequiredService<IEventPublisher>()), lifetime));
            services.AddDomainEvents().AddHandler<Ships>();
        });

        var result = await Task.Run(() => services.PublishAsync(new OrderPlaced())).Soon();

        result.Succeeded.Should().BeTrue();
        services.Journal().Should().Equal("shipped");
    }

    [Fact]
    public async Task A_factory_may_ask_for_the_dispatcher_of_its_scope()
    {
        await using var services = Containers.Build(services =>
        {
            services.Add(Factory(provider => new Dispatches(provider.GetRequiredService<IEventDispatcher>()), ServiceLifetime.Scoped));
            services.AddDomainEvents().AddHandler<Ships>();
        });

        var result = await Task.Run(() => services.CommitAsync(new OrderPlaced())).Soon();

        result.Succeeded.Should().BeTrue();
        services.Journal().Should().Equal("shipped");
    }

    // Typed as the interface, as most people write it: the class shows only in the instance.
    private static ServiceDescriptor Factory(Func<IServiceProvider, IEventHandler<OrderPlaced>> create, ServiceLifetime lifetime) =>
        ServiceDescriptor.Describe(typeof(IEventHandler<OrderPlaced>), create, lifetime);

    [EventHandler(Name = "warehouse", Order = 3)]
    private sealed class Renamed(Journal journal) : JournalHandler(journal);

    [TransactionPhase(TransactionPhase.AfterRollback)]
    private sealed class OnRollback(Journal journal) : JournalHandler(journal);

    private sealed class Forwards(IEventPublisher publisher) : IEventHandler<OrderPlaced>
    {
        public async ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken) =>
            (await publisher.PublishAsync(new OrderShipped(), cancellationToken)).ThrowIfFailed();
    }

    private sealed class Dispatches(IEventDispatcher dispatcher) : IEventHandler<OrderPlaced>
    {
        public async ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken) =>
            (await dispatcher.PublishAsync(new OrderShipped(), cancellationToken)).ThrowIfFailed();
    }

    private sealed class Ships(Journal journal) : IEventHandler<OrderShipped>
    {
        public ValueTask HandleAsync(OrderShipped domainEvent, CancellationToken cancellationToken)
        {
            journal.Write("shipped");
            return default;
        }
    }

    private sealed class DisposedSlowly(TaskCompletionSource disposed) : IEventHandler<OrderPlaced>, IAsyncDisposable
    {
        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken) => default;

        public async ValueTask DisposeAsync()
        {
            await Task.Yield();
            disposed.TrySetResult();
        }
    }
}
