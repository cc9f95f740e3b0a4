using DomainEvents.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Tests.Companion;

public class HandlerScopeTests
{
    [Theory]
    [InlineData(FanOut.Concurrent)]
    [InlineData(FanOut.Parallel)]
    [InlineData(FanOut.Sequential)]
    public async Task Each_call_has_a_scope_of_its_own(FanOut fanOut)
    {
        await using var services = Containers.Build(services => services.AddSingleton<Sessions>().AddScoped<Session>()
            .AddDomainEvents(options => options.FanOut = fanOut)
            .AddHandler<First>().AddHandler<Second>(ServiceLifetime.Transient));

        await services.PublishAsync(new OrderPlaced());
        await services.PublishAsync(new OrderPlaced());

        var sessions = services.GetRequiredService<Sessions>().All;
        sessions.Should().HaveCount(4);
        sessions.Should().OnlyContain(session => session.Disposed == 1);
    }

    [Fact]
    public async Task One_call_shares_its_scope_with_all_that_it_needs()
    {
        await using var services = Containers.Build(services => services
            .AddSingleton<Sessions>().AddScoped<Session>().AddTransient<Repository>().AddDomainEvents().AddHandler<UsesRepository>());

        (await services.PublishAsync(new OrderPlaced())).ThrowIfFailed();

        services.GetRequiredService<Sessions>().All.Should().ContainSingle();
    }

    [Fact]
    public async Task The_scope_is_disposed_after_the_await_also_when_the_handler_fails()
    {
        var gate = new Gate();
        await using var services = Containers.Build(services => services.AddSingleton(gate).AddSingleton<Sessions>().AddScoped<Session>()
            .AddDomainEvents().AddHandler<FailsLate>());

        var publish = services.PublishAsync(new OrderPlaced());
        await gate.Entered;
        var session = services.GetRequiredService<Sessions>().All.Should().ContainSingle().Subject;
        session.Disposed.Should().Be(0);
        gate.Open();
        var result = await publish;

        result.Failures.Should().ContainSingle().Which.Exception.Should().BeOfType<NotSupportedException>();
        session.Disposed.Should().Be(1);
    }

    [Fact]
    public async Task What_the_scope_throws_when_it_is_disposed_is_the_failure_of_its_handler()
    {
        await using var services = Containers.Build(services => services.AddDomainEvents()
            .AddHandler<FailsToBeDisposed>(ServiceLifetime.Transient).AddHandler<ReserveStock>());

        var result = await services.PublishAsync(new OrderPlaced());

        result.Failures.Should().ContainSingle().Which.Handler.HandlerType.Should().Be<FailsToBeDisposed>();
        services.Journal().Should().Equal("ReserveStock");
    }

    [Fact]
    public async Task A_time_out_reaches_a_handler_of_the_container()
    {
        var gate = new Gate();
        var clock = new FakeTimeProvider();
        await using var services = Containers.Build(services => services.AddSingleton(gate).AddSingleton<Sessions>().AddScoped<Session>()
            .AddDomainEvents(options => (options.HandlerTimeout, options.TimeProvider) = (TimeSpan.FromSeconds(5), clock)).AddHandler<FailsLate>());

        var publish = services.PublishAsync(new OrderPlaced());
        await gate.Entered;
        clock.Advance(TimeSpan.FromSeconds(5));
        var result = await publish;

        result.Failures.Should().ContainSingle().Which.Exception.Should().BeOfType<TimeoutException>();
        services.GetRequiredService<Sessions>().All.Should().OnlyContain(session => session.Disposed == 1);
    }

    private class First(Session session) : IEventHandler<OrderPlaced>
    {
        public async ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
        {
            await Task.Yield();
            session.Disposed.Should().Be(0);
        }
    }

    private sealed class Second(Session session) : First(session);

    private sealed class Repository(Session session)
    {
        public Session Session { get; } = session;
    }

    private sealed class UsesRepository(Repository repository, Session session) : IEventHandler<OrderPlaced>
    {
        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
        {
            repository.Session.Should().BeSameAs(session);
            return default;
        }
    }

    private sealed class FailsLate(Session session, Gate gate) : IEventHandler<OrderPlaced>
    {
        public async ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
        {
            await gate.PassAsync(cancellationToken);
            throw new NotSupportedException($"fails with a session disposed {session.Disposed} times");
        }
    }

    private sealed class FailsToBeDisposed : IEventHandler<OrderPlaced>, IDisposable
    {
        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken) => default;

        public void Dispose() => throw new NotSupportedException("cannot be disposed");
    }
}
