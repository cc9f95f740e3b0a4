using System.Threading.Tasks.Sources;
using DomainEvents.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Tests.Companion;

/// <summary>However a call ends, its scope ends with it, and the publish after both.</summary>
public class ScopeEndTests
{
    [Fact]
    public async Task The_scope_is_disposed_when_the_handler_throws_without_being_async()
    {
        await using var services = Scripted(() => throw new NotSupportedException());

        var result = await services.PublishAsync(new OrderPlaced());

        result.Failures.Should().ContainSingle().Which.Exception.Should().BeOfType<NotSupportedException>();
        TheOnlySession(services).Disposed.Should().Be(1);
    }

    [Fact]
    public async Task The_scope_is_disposed_when_the_handler_cannot_be_made()
    {
        await using var services = Containers.Build(services => services.AddSingleton<Sessions>().AddScoped<Session>()
            .AddScoped<FailsToBeMade>().AddDomainEvents().AddHandler<NeedsWhatCannotBeMade>());

        var result = await services.PublishAsync(new OrderPlaced());

        result.Failures.Should().ContainSingle().Which.Exception.Should().BeOfType<NotSupportedException>();
        TheOnlySession(services).Disposed.Should().Be(1);
    }

    [Fact]
    public async Task The_scope_is_disposed_when_the_handler_returns_a_value_task_that_was_awaited_before()
    {
        await using var services = Scripted(ValueTaskOnce.Stale);

        var result = await services.PublishAsync(new OrderPlaced());

        result.Failures.Should().ContainSingle().Which.Exception.Should().BeOfType<InvalidOperationException>();
        TheOnlySession(services).Disposed.Should().Be(1);
    }

    [Fact]
    public async Task The_scope_is_disposed_when_a_value_task_succeeds_and_fails_to_give_its_result()
    {
        var source = new BreaksWhenAwaited();
        await using var services = Scripted(() => new ValueTask(source, 0));

        var result = await services.PublishAsync(new OrderPlaced());

        result.Failures.Should().ContainSingle().Which.Exception.Should().BeOfType<NotSupportedException>();
        source.Awaited.Should().Be(1, "a value task may be awaited once only");
        TheOnlySession(services).Disposed.Should().Be(1);
    }

    [Fact]
    public async Task The_publish_ends_after_a_disposal_that_takes_its_time()
    {
        var gate = new Gate();
        await using var services = Containers.Build(services => services.AddSingleton(gate).AddScoped<SlowToEnd>()
            .AddDomainEvents().AddHandler<UsesWhatIsSlowToEnd>());

        var publish = services.PublishAsync(new OrderPlaced());
        await gate.Entered;
        publish.IsCompleted.Should().BeFalse();
        gate.Open();

        (await publish).Succeeded.Should().BeTrue();
    }

    [Fact]
    public async Task A_handler_that_throws_and_cannot_be_disposed_is_one_failure()
    {
        await using var services = Containers.Build(services => services.AddDomainEvents()
            .AddHandler<ThrowsAndCannotBeDisposed>().AddHandler<ReserveStock>());

        var result = await services.PublishAsync(new OrderPlaced());

        result.Failures.Should().ContainSingle().Which.Handler.HandlerType.Should().Be<ThrowsAndCannotBeDisposed>();
        services.Journal().Should().Equal("ReserveStock");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_pooled_value_task_is_handed_back_exactly_once(bool completesAtOnce)
    {
        var pooled = new ValueTaskOnce();
        await using var services = Scripted(() => pooled.Task);
        if (completesAtOnce)
        {
            pooled.Complete();
        }

        var publish = services.PublishAsync(new OrderPlaced());
        if (!completesAtOnce)
        {
            pooled.Complete();
        }

        (await publish).Succeeded.Should().BeTrue();
        pooled.Awaited.Should().Be(1);
        TheOnlySession(services).Disposed.Should().Be(1);
    }

    private static ServiceProvider Scripted(Func<ValueTask> script) => Containers.Build(services => services
        .AddSingleton(script).AddSingleton<Sessions>().AddScoped<Session>().AddDomainEvents().AddHandler<Follows>());

    private static Session TheOnlySession(IServiceProvider services) =>
        services.GetRequiredService<Sessions>().All.Should().ContainSingle().Subject;

    private sealed class Follows(Session session, Func<ValueTask> script) : IEventHandler<OrderPlaced>
    {
        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
        {
            session.Disposed.Should().Be(0);
            return script();
        }
    }

    private sealed class NeedsWhatCannotBeMade(Session session, FailsToBeMade other) : IEventHandler<OrderPlaced>
    {
        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken) =>
            throw new InvalidOperationException($"{session} {other}");
    }

    private sealed class ThrowsAndCannotBeDisposed : IEventHandler<OrderPlaced>, IDisposable
    {
        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("cannot handle");

        public void Dispose() => throw new NotSupportedException("cannot be disposed");
    }

    private sealed class SlowToEnd(Gate gate) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => gate.PassAsync();
    }

    private sealed class UsesWhatIsSlowToEnd(SlowToEnd dependency) : IEventHandler<OrderPlaced>
    {
        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
        {
            dependency.Should().NotBeNull();
            return default;
        }
    }

    private sealed class BreaksWhenAwaited : IValueTaskSource
    {
        public int Awaited { get; private set; }

        public ValueTaskSourceStatus GetStatus(short token) => ValueTaskSourceStatus.Succeeded;

        public void GetResult(short token)
        {
            Awaited++;
            throw new NotSupportedException();
        }

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            throw new NotSupportedException();
    }
}
