using DomainEvents.TestSupport;
using DomainEvents.Transactions;

namespace DomainEvents.Tests.Transactions;

public class WhenIdleTests
{
    [Fact]
    public async Task It_waits_for_what_synchronous_commits_and_rollbacks_have_left()
    {
        await using var desk = new Desk();
        var go = new TaskCompletionSource();
        desk.AfterCommit = async (_, _, _) => await go.Task;
        desk.AfterRollback = async (_, _, _) => await go.Task;
        var committed = desk.Dispatcher.Begin();
        committed.Enqueue(new Noted("1"));
        committed.Commit();
        var rolledBack = desk.Dispatcher.Begin();
        rolledBack.Enqueue(new Noted("2"));
        rolledBack.Rollback();

        var idle = desk.Dispatcher.WhenIdleAsync();
        idle.IsCompleted.Should().BeFalse();
        go.SetResult();
        await idle.Soon();

        desk.Completed.Should().BeEquivalentTo("1", "2");
    }

    [Fact]
    public async Task It_is_complete_when_nothing_is_under_way()
    {
        await using var desk = new Desk();

        desk.Dispatcher.WhenIdleAsync().IsCompletedSuccessfully.Should().BeTrue();
    }

    [Fact]
    public async Task Its_token_ends_the_waiting_but_not_the_work()
    {
        await using var desk = new Desk();
        using var patience = new CancellationTokenSource();
        var go = new TaskCompletionSource();
        desk.Dispatcher.OnCommitted(async token =>
        {
            await go.Task;
            await desk.Callback("1")(token);
        });

        var idle = desk.Dispatcher.WhenIdleAsync(patience.Token);
        await patience.CancelAsync();

        await idle.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
        go.SetResult();
        await desk.IdleAsync();
        desk.Journal.All.Should().Equal("callback 1");
    }

    [Fact]
    public async Task Waiting_from_within_the_work_is_refused()
    {
        await using var desk = new Desk();
        Exception? refusal = null;
        await using var transaction = desk.Dispatcher.Begin();
        transaction.OnCommitted(async token =>
        {
            try
            {
                await desk.Dispatcher.WhenIdleAsync(token);
            }
            catch (InvalidOperationException exception)
            {
                refusal = exception;
            }
        });

        await transaction.CommitAsync().Soon();

        refusal!.Message.Should().Contain("would never end");
    }

    [Fact]
    public async Task With_background_dispatch_all_commits_return_at_once_with_the_default_result()
    {
        await using var desk = new Desk(builder => builder.AddBackgroundDispatch());
        var go = new TaskCompletionSource();
        desk.AfterCommit = async (_, _, _) => await go.Task;
        await using var transaction = desk.Dispatcher.Begin();
        transaction.Enqueue(new Noted("1"));

        (await transaction.CommitAsync().Soon()).Should().Be(default(PublishResult));

        desk.Completed.Should().BeEmpty();
        go.SetResult();
        await desk.IdleAsync();
        desk.Completed.Should().Equal("1");
    }

    [Fact]
    public async Task It_waits_for_its_own_scope_only()
    {
        await using var desk = new Desk();
        await using var scope = desk.OpenScope();
        var other = (IEventDispatcher)scope.ServiceProvider.GetService(typeof(IEventDispatcher))!;
        var go = new TaskCompletionSource();
        other.OnCommitted(async _ => await go.Task);

        await desk.IdleAsync();

        var idle = other.WhenIdleAsync();
        idle.IsCompleted.Should().BeFalse();
        go.SetResult();
        await idle.Soon();
    }

    [Fact]
    public async Task A_synchronous_commit_flows_the_callers_context_into_the_work()
    {
        await using var desk = new Desk();
        var culture = new AsyncLocal<string> { Value = "of the committer" };
        string? seen = null;
        desk.AfterCommit = (_, _, _) =>
        {
            seen = culture.Value;
            return default;
        };
        var transaction = desk.Dispatcher.Begin();
        transaction.Enqueue(new Noted("1"));

        transaction.Commit();
        await desk.IdleAsync();

        seen.Should().Be("of the committer");
    }
}
