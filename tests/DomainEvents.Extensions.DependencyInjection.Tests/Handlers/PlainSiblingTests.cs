using DomainEvents.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Tests.Companion;

/// <summary>Several handlers registered plainly for one event: the container could only make all of them together.</summary>
public class PlainSiblingTests
{
    [Theory]
    [InlineData(ServiceLifetime.Transient)]
    [InlineData(ServiceLifetime.Scoped)]
    [InlineData(ServiceLifetime.Singleton)]
    public async Task Of_one_lifetime_all_run(ServiceLifetime lifetime)
    {
        await using var services = Containers.Build(services =>
        {
            services.Add(Plain<ReserveStock>(lifetime));
            services.Add(Plain<SendEmail>(lifetime));
            services.AddDomainEvents();
        });

        (await services.PublishAsync(new OrderPlaced())).ThrowIfFailed();
        (await services.PublishAsync(new OrderPlaced())).ThrowIfFailed();

        services.Journal().Should().Equal("ReserveStock", "SendEmail", "ReserveStock", "SendEmail");
    }

    [Fact]
    public async Task Of_every_lifetime_and_kind_all_run()
    {
        var journal = new Journal();
        await using var services = Containers.Build(services =>
        {
            services.AddSingleton(journal).AddSingleton<Sessions>().AddScoped<Session>();
            services.Add(Plain<ReserveStock>(ServiceLifetime.Transient));
            services.Add(Plain<SendEmail>(ServiceLifetime.Scoped));
            services.Add(Plain<UpdateReport>(ServiceLifetime.Singleton));
            services.AddSingleton<IEventHandler<OrderPlaced>>(new Instance(journal));
            services.AddSingleton<IEventHandler<OrderPlaced>>(provider => new MadeOnce(provider.GetRequiredService<Journal>()));
            services.AddScoped<IEventHandler<OrderPlaced>>(provider => new MadeOften(provider.GetRequiredService<Journal>()));
            services.AddTransient<IEventHandler<OrderPlaced>, OfSession>();
            services.AddDomainEvents();
        });

        (await services.PublishAsync(new OrderPlaced())).ThrowIfFailed();

        services.Journal().Should().Equal("ReserveStock", "SendEmail", "UpdateReport", "Instance", "MadeOnce", "MadeOften", "OfSession");

        // Also those in which the container has made all siblings to find one; nobody waits for the end of these.
        await Task.WhenAll(services.GetRequiredService<Sessions>().All.Select(session => session.WhenDisposed)).Soon();
    }

    [Theory]
    [InlineData(ServiceLifetime.Transient)]
    [InlineData(ServiceLifetime.Scoped)]
    [InlineData(ServiceLifetime.Singleton)]
    public async Task One_that_cannot_be_made_does_not_stop_the_others_of_any_kind(ServiceLifetime lifetime)
    {
        await using var services = Containers.Build(services =>
        {
            services.Add(Plain<FailsToBeMade>(lifetime));
            services.Add(Plain<ReserveStock>(ServiceLifetime.Transient));
            services.Add(Plain<SendEmail>(ServiceLifetime.Scoped));
            services.Add(Plain<UpdateReport>(ServiceLifetime.Singleton));
            services.AddSingleton<IEventHandler<OrderPlaced>>(provider => new MadeOnce(provider.GetRequiredService<Journal>()));
            services.AddScoped<IEventHandler<OrderPlaced>>(provider => new MadeOften(provider.GetRequiredService<Journal>()));
            services.AddDomainEvents();
        });

        var result = await services.PublishAsync(new OrderPlaced());

        var failure = result.Failures.Should().ContainSingle().Subject;
        failure.Handler.HandlerType.Should().Be<FailsToBeMade>();
        failure.Exception.Should().BeOfType<NotSupportedException>().Which.Message.Should().Be("cannot be made");
        services.Journal().Should().Equal("ReserveStock", "SendEmail", "UpdateReport", "MadeOnce", "MadeOften");
    }

    [Fact]
    public async Task Singletons_are_the_containers_own()
    {
        await using var services = Containers.Build(services =>
        {
            services.Add(Plain<Itself>(ServiceLifetime.Singleton));
            services.AddSingleton<IEventHandler<OrderPlaced>>(provider => new MadeOnce(provider.GetRequiredService<Journal>()));
            services.AddDomainEvents();
        });

        await services.PublishAsync(new OrderPlaced());
        await services.PublishAsync(new OrderPlaced());

        var own = services.GetServices<IEventHandler<OrderPlaced>>().OfType<Itself>().Should().ContainSingle().Subject;
        own.Calls.Should().Be(2);
    }

    [Fact]
    public async Task One_with_several_constructors_is_made_as_the_container_would()
    {
        await using var services = Containers.Build(services =>
        {
            services.Add(Plain<ReserveStock>(ServiceLifetime.Scoped));
            services.Add(Plain<TwoWays>(ServiceLifetime.Scoped));
            services.AddDomainEvents();
        });

        (await services.PublishAsync(new OrderPlaced())).ThrowIfFailed();

        services.Journal().Should().Equal("ReserveStock", "TwoWays");
    }

    [Theory]
    [InlineData(ServiceLifetime.Transient)]
    [InlineData(ServiceLifetime.Scoped)]
    public async Task They_are_disposed_with_the_scope_of_the_call(ServiceLifetime lifetime)
    {
        await using var services = Containers.Build(services =>
        {
            services.Add(Plain<Disposable>(lifetime));
            services.Add(Plain<AsyncDisposable>(lifetime));
            services.AddDomainEvents();
        });

        (await services.PublishAsync(new OrderPlaced())).ThrowIfFailed();

        services.Journal().Should().BeEquivalentTo("Disposable", "AsyncDisposable", "Disposable disposed", "AsyncDisposable disposed");
        services.Journal().Should().ContainInOrder("Disposable", "Disposable disposed").And.ContainInOrder("AsyncDisposable", "AsyncDisposable disposed");
    }

    private static ServiceDescriptor Plain<THandler>(ServiceLifetime lifetime)
        where THandler : class, IEventHandler<OrderPlaced> =>
        ServiceDescriptor.Describe(typeof(IEventHandler<OrderPlaced>), typeof(THandler), lifetime);

    private sealed class Instance(Journal journal) : JournalHandler(journal);

    private sealed class MadeOnce(Journal journal) : JournalHandler(journal);

    private sealed class MadeOften(Journal journal) : JournalHandler(journal);

    private sealed class OfSession(Session session, Journal journal) : JournalHandler(journal)
    {
        public Session Session { get; } = session;
    }

    private sealed class Itself(Journal journal) : JournalHandler(journal)
    {
        public int Calls { get; private set; }

        public override ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
        {
            Calls++;
            return base.HandleAsync(domainEvent, cancellationToken);
        }
    }

    private sealed class TwoWays : JournalHandler
    {
        public TwoWays()
            : base(new Journal())
        {
        }

        public TwoWays(Journal journal)
            : base(journal)
        {
        }
    }

    private sealed class Disposable(Journal journal) : JournalHandler(journal), IDisposable
    {
        private readonly Journal _journal = journal;

        public void Dispose() => _journal.Write("Disposable disposed");
    }

    private sealed class AsyncDisposable(Journal journal) : JournalHandler(journal), IAsyncDisposable
    {
        private readonly Journal _journal = journal;

        public async ValueTask DisposeAsync()
        {
            await Task.Yield();
            _journal.Write("AsyncDisposable disposed");
        }
    }
}
