using DomainEvents.TestSupport;
using DomainEvents.TestSupport.Databases;
using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Tests.Transactions;

public class CommitTests
{
    [Theory, BothWays]
    public async Task Nothing_after_commit_runs_before_the_commit_and_everything_after_it(How how)
    {
        await using var desk = new Desk();
        await using var transaction = desk.Dispatcher.Begin();
        await desk.NoteAsync("1");
        transaction.Enqueue(new Noted("2"));
        desk.Journal.All.Should().BeEmpty();

        await how.CommitAsync(transaction);
        await desk.IdleAsync();

        transaction.State.Should().Be(EventTransactionState.Committed);
        desk.Journal.All.Should().Equal("before 1", "before 2", "after 1", "completed 1", "after 2", "completed 2");
    }

    [Theory, BothWays]
    public async Task A_rollback_discards_after_commit_work_and_runs_after_rollback_work(How how)
    {
        await using var desk = new Desk();
        await using var transaction = desk.Dispatcher.Begin();
        await desk.NoteAsync("1");
        desk.Dispatcher.OnCommitted(desk.Callback("committed"));
        desk.Dispatcher.OnRolledBack(desk.Callback("rolled back"));

        await how.RollbackAsync(transaction);
        await desk.IdleAsync();

        transaction.State.Should().Be(EventTransactionState.RolledBack);
        desk.Journal.All.Should().Equal("rolled back 1", "completed 1", "callback rolled back");
    }

    [Theory, BothWays]
    public async Task Disposing_without_a_commit_rolls_back(How how)
    {
        await using var desk = new Desk();
        var transaction = desk.Dispatcher.Begin();
        await desk.NoteAsync("1");

        await how.DisposeAsync(transaction);
        await how.DisposeAsync(transaction);
        await desk.IdleAsync();

        transaction.State.Should().Be(EventTransactionState.RolledBack);
        desk.Journal.All.Should().Equal("rolled back 1", "completed 1");
    }

    [Fact]
    public async Task Disposing_after_the_commit_changes_nothing()
    {
        await using var desk = new Desk();
        await using (var transaction = desk.Dispatcher.Begin())
        {
            await desk.NoteAsync("1");
            await transaction.CommitAsync();
            transaction.Dispose();
            transaction.State.Should().Be(EventTransactionState.Committed);
        }

        desk.Journal.All.Should().Equal("before 1", "after 1", "completed 1");
    }

    [Fact]
    public async Task Commit_returns_what_came_of_the_handlers_and_never_looks_failed()
    {
        await using var desk = new Desk();
        var failure = new InvalidOperationException("no more paper");
        desk.AfterCommit = (noted, _, _) => noted.Text == "2" ? throw failure : default;
        await using var transaction = desk.Dispatcher.Begin();
        var second = new Noted("2");
        transaction.Enqueue(new Noted("1"));
        transaction.Enqueue(second);
        transaction.Enqueue(new Noted("3"));

        var result = await transaction.CommitAsync();

        transaction.State.Should().Be(EventTransactionState.Committed);
        result.HandlerCount.Should().Be(6);
        result.Failures.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Event = second, Exception = failure });
        desk.Published.Should().Equal("1", "2", "3");
    }

    [Fact]
    public async Task An_empty_transaction_commits_with_the_default_result()
    {
        await using var desk = new Desk();
        await using var transaction = desk.Dispatcher.Begin();

        (await transaction.CommitAsync()).Should().Be(default(PublishResult));
    }

    [Fact]
    public async Task Events_and_callbacks_run_in_the_order_of_registration()
    {
        await using var desk = new Desk();
        await using var transaction = desk.Dispatcher.Begin();

        transaction.OnCommitted(desk.Callback("1"));
        transaction.Enqueue(new Noted("2"));
        desk.Dispatcher.OnCommitted(desk.Callback("3"));
        await desk.NoteAsync("4");
        await transaction.CommitAsync();

        desk.Journal.All.Where(entry => !entry.StartsWith("before", StringComparison.Ordinal)).Should().Equal(
            "callback 1", "after 2", "completed 2", "callback 3", "after 4", "completed 4");
    }

    [Fact]
    public async Task The_same_event_twice_is_published_once()
    {
        await using var desk = new Desk();
        await using var transaction = desk.Dispatcher.Begin();
        var noted = new Noted("1");

        transaction.Enqueue(noted);
        await desk.Dispatcher.PublishAsync(noted);
        await transaction.CommitAsync();

        desk.Published.Should().Equal("1");
    }

    [Fact]
    public async Task Two_events_with_one_id_are_refused_and_the_first_is_kept()
    {
        await using var desk = new Desk();
        await using var transaction = desk.Dispatcher.Begin();
        var noted = new Noted("1");
        transaction.Enqueue(noted);

        transaction.Invoking(t => t.Enqueue(noted with { Text = "2" })).Should().Throw<ArgumentException>()
            .WithMessage($"*Noted*{noted.EventId}*'with' copy*new EventId*");
        await transaction.CommitAsync();

        desk.Published.Should().Equal("1");
    }

    [Fact]
    public async Task An_id_may_come_again_in_the_next_transaction()
    {
        await using var desk = new Desk();
        var noted = new Noted("1");
        await using (var transaction = desk.Dispatcher.Begin())
        {
            transaction.Enqueue(noted);
            await transaction.CommitAsync();
        }

        await using (var transaction = desk.Dispatcher.Begin())
        {
            transaction.Enqueue(noted with { Text = "2" });
            await transaction.CommitAsync();
        }

        desk.Published.Should().Equal("1", "2");
    }

    [Fact]
    public async Task A_client_that_disconnects_does_not_cancel_what_a_committed_order_owes()
    {
        await using var desk = new Desk();
        using var request = new CancellationTokenSource();
        var tokens = new List<CancellationToken>();
        desk.AfterCommit = (_, _, token) =>
        {
            request.Cancel();
            tokens.Add(token);
            return default;
        };
        await using var transaction = desk.Dispatcher.Begin();
        transaction.Enqueue(new Noted("1"));
        transaction.OnCommitted(token =>
        {
            tokens.Add(token);
            return default;
        });
        transaction.Enqueue(new Noted("2"));

        await transaction.CommitAsync(request.Token);

        desk.Published.Should().Equal("1", "2");
        tokens.Should().HaveCount(3).And.OnlyContain(token => token.CanBeCanceled && !token.IsCancellationRequested);
    }

    [Fact]
    public async Task A_token_cancelled_before_the_commit_leaves_the_transaction_open()
    {
        await using var desk = new Desk();
        await using var transaction = desk.Dispatcher.Begin();
        transaction.Enqueue(new Noted("1"));

        await transaction.Awaiting(t => t.CommitAsync(new CancellationToken(canceled: true))).Should().ThrowAsync<OperationCanceledException>();

        transaction.State.Should().Be(EventTransactionState.Active);
        await transaction.CommitAsync();
        desk.Published.Should().Equal("1");
    }

    [Fact]
    public async Task A_token_cancelled_during_before_commit_rolls_back()
    {
        await using var desk = new Desk();
        using var request = new CancellationTokenSource();
        desk.BeforeCommit = (_, _, token) =>
        {
            token.Should().Be(request.Token);
            request.Cancel();
            return default;
        };
        await using var transaction = desk.Dispatcher.Begin();
        transaction.Enqueue(new Noted("1"));

        await transaction.Awaiting(t => t.CommitAsync(request.Token)).Should().ThrowAsync<OperationCanceledException>();

        transaction.State.Should().Be(EventTransactionState.RolledBack);
        desk.Journal.All.Should().Equal("before 1", "rolled back 1", "completed 1");
    }

    [Fact]
    public async Task After_commit_handlers_run_in_scopes_of_their_own()
    {
        await using var desk = new Desk();
        var dispatchers = new List<IEventDispatcher>();
        desk.AfterCommit = (_, services, _) =>
        {
            dispatchers.Add(services.GetRequiredService<IEventDispatcher>());
            return default;
        };
        await using var transaction = desk.Dispatcher.Begin();
        transaction.Enqueue(new Noted("1"));
        transaction.Enqueue(new Noted("2"));

        await transaction.CommitAsync();

        dispatchers.Should().OnlyHaveUniqueItems().And.HaveCount(2).And.NotContain(desk.Dispatcher);
    }

    [Fact]
    public async Task Commit_async_returns_when_the_handlers_have_ended()
    {
        await using var desk = new Desk();
        var started = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        desk.AfterCommit = async (_, _, _) =>
        {
            started.SetResult();
            await go.Task;
        };
        await using var transaction = desk.Dispatcher.Begin();
        transaction.Enqueue(new Noted("1"));

        var commit = transaction.CommitAsync().AsTask();
        await started.Task.Soon();

        commit.IsCompleted.Should().BeFalse();
        transaction.State.Should().Be(EventTransactionState.Committed);
        go.SetResult();
        (await commit.Soon()).HandlerCount.Should().Be(2);
    }

    [Fact]
    public async Task A_replaced_bus_gets_the_committed_events_and_its_failures_stay_contained()
    {
        var replacement = new RefusingBus();
        await using var desk = new Desk(builder => builder.Services.AddSingleton<IEventBus>(replacement));
        await using var transaction = desk.Dispatcher.Begin();
        transaction.Enqueue(new Noted("1"));

        var result = await transaction.CommitAsync();

        replacement.Events.Should().ContainSingle();
        transaction.State.Should().Be(EventTransactionState.Committed);
        desk.Published.Should().BeEmpty();
        result.Failures.Should().OnlyContain(failure => failure.Exception is NotSupportedException).And.HaveCount(2);
        desk.Logs.WithId(2003).Should().ContainSingle();
    }

    private sealed class RefusingBus : IEventBus
    {
        public List<IDomainEvent> Events { get; } = [];

        public ValueTask<PublishResult> PublishAsync(IDomainEvent domainEvent, CancellationToken cancellationToken = default)
        {
            Events.Add(domainEvent);
            throw new NotSupportedException("This bus refuses.");
        }

        public ValueTask<PublishResult> PublishAllAsync(IEnumerable<IDomainEvent> domainEvents, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public IDisposable Subscribe<TEvent>(IEventHandler<TEvent> handler, SubscribeOptions? options = null)
            where TEvent : notnull => throw new NotSupportedException();

        public IDisposable Subscribe<TEvent>(Func<TEvent, CancellationToken, ValueTask> handler, SubscribeOptions? options = null)
            where TEvent : notnull => throw new NotSupportedException();

        public IReadOnlyList<HandlerDescriptor> HandlersFor(Type eventType) => [];
    }
}
