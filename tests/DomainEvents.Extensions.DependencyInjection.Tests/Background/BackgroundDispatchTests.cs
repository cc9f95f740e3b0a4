using DomainEvents.TestSupport;
using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Tests.Companion;

public class BackgroundDispatchTests
{
    [Fact]
    public async Task CommitAsync_returns_default_while_the_handlers_still_run()
    {
        var gate = new Gate();
        await using var services = Containers.Build(services => services.AddDomainEvents().AddBackgroundDispatch());
        using var subscription = services.Bus().Subscribe<OrderPlaced>((_, token) => gate.PassAsync(token));
        await using var scope = services.CreateAsyncScope();
        var dispatcher = scope.ServiceProvider.GetRequiredService<IEventDispatcher>();
        await using var transaction = dispatcher.Begin();
        transaction.Enqueue(new OrderPlaced());

        var result = await transaction.CommitAsync().Soon();

        result.Should().Be(default(PublishResult));
        transaction.State.Should().Be(EventTransactionState.Committed);
        await gate.Entered;
        var idle = dispatcher.WhenIdleAsync();
        idle.IsCompleted.Should().BeFalse();
        gate.Open();
        await idle.Soon();
    }

    [Fact]
    public async Task Without_it_CommitAsync_waits_for_the_handlers()
    {
        var gate = new Gate();
        await using var services = Containers.Build(services => services.AddDomainEvents());
        using var subscription = services.Bus().Subscribe<OrderPlaced>((_, token) => gate.PassAsync(token));

        var commit = services.CommitAsync(new OrderPlaced());
        await gate.Entered;
        commit.IsCompleted.Should().BeFalse();
        gate.Open();

        (await commit.Soon()).HandlerCount.Should().Be(1);
    }

    [Fact]
    public async Task Without_it_a_synchronous_commit_leaves_its_handlers_to_the_background_too()
    {
        var gate = new Gate();
        await using var services = Containers.Build(services => services.AddDomainEvents());
        using var subscription = services.Bus().Subscribe<OrderPlaced>((_, token) => gate.PassAsync(token));

        services.Commit(new OrderPlaced());

        await gate.Entered;
        gate.Open();
    }

    [Fact]
    public async Task Handlers_run_in_scopes_of_their_own_after_the_committing_scope_has_ended()
    {
        var gate = new Gate();
        await using var services = Containers.Build(services => services
            .AddSingleton(gate).AddSingleton<Sessions>().AddScoped<Session>()
            .AddDomainEvents().AddHandler<UsesSession>().AddBackgroundDispatch());

        await services.CommitAsync(new OrderPlaced()).Soon();
        await gate.Entered;
        var session = services.GetRequiredService<Sessions>().All.Should().ContainSingle().Subject;

        session.Disposed.Should().Be(0);
        gate.Open();
    }

    [Fact]
    public async Task The_work_of_one_transaction_keeps_its_order_and_a_failure_does_not_stop_it()
    {
        using var log = new RecordingLoggerProvider();
        var done = new TaskCompletionSource();
        await using var services = Containers.Build(services => services.AddRecording(log).AddDomainEvents().AddBackgroundDispatch());
        var journal = services.GetRequiredService<Journal>();
        using var subscription = services.Bus().Subscribe<OrderPlaced>((placed, _) =>
        {
            journal.Write($"order {placed.Number}");
            return placed.Number == 1 ? throw new NotSupportedException() : default;
        });
        await using var scope = services.CreateAsyncScope();
        var transaction = scope.ServiceProvider.GetRequiredService<IEventDispatcher>().Begin();

        transaction.Enqueue(new OrderPlaced(1));
        transaction.OnCommitted(_ => throw new NotSupportedException(), "callback");
        transaction.Enqueue(new OrderPlaced(2));
        transaction.OnCommitted(_ =>
        {
            done.SetResult();
            return default;
        });
        await transaction.CommitAsync();
        await done.Task.Soon();

        journal.Entries.Should().Equal("order 1", "order 2");
        log.WithId(1000).Should().ContainSingle();
        log.WithId(2002).Should().ContainSingle().Which.Message.Should().Contain("callback");
    }

    [Fact]
    public async Task A_transaction_that_owes_nothing_does_not_touch_the_queue()
    {
        await using var services = Containers.Build(services => services.AddDomainEvents()
            .AddBackgroundDispatch(options => (options.Capacity, options.MaxConcurrency) = (1, 1)));
        var gate = new Gate();
        using var subscription = services.Bus().Subscribe<OrderPlaced>((_, token) => gate.PassAsync(token));
        await services.CommitAsync(new OrderPlaced());
        await gate.Entered;
        await services.CommitAsync(new OrderPlaced());

        await services.CommitAsync(new OrderShipped()).Soon();

        gate.Open();
    }

    private sealed class UsesSession(Session session, Gate gate) : IEventHandler<OrderPlaced>
    {
        public async ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
        {
            await gate.PassAsync(cancellationToken);
            session.Disposed.Should().Be(0);
        }
    }
}
