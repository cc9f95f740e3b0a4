using DomainEvents.TestSupport.Databases;
using DomainEvents.Transactions;

namespace DomainEvents.Tests.Transactions;

public class NestedTransactionTests
{
    [Theory, BothWays]
    public async Task Nothing_runs_before_the_outermost_commit(How how)
    {
        await using var desk = new Desk();
        await using var outer = desk.Dispatcher.Begin();
        await desk.NoteAsync("1");
        await using (var inner = desk.Dispatcher.Begin())
        {
            await desk.NoteAsync("2");
            await how.CommitAsync(inner);
            inner.State.Should().Be(EventTransactionState.Committed);
        }

        await desk.NoteAsync("3");
        desk.Journal.All.Should().BeEmpty();
        await how.CommitAsync(outer);
        await desk.IdleAsync();

        desk.Published.Should().Equal("1", "2", "3");
    }

    [Fact]
    public async Task An_inner_commit_returns_the_default_result_and_keeps_the_order_across_nesting()
    {
        await using var desk = new Desk();
        await using var outer = desk.Dispatcher.Begin();
        await using var inner = desk.Dispatcher.Begin();
        outer.Enqueue(new Noted("1"));
        inner.Enqueue(new Noted("2"));
        inner.OnCommitted(desk.Callback("3"));
        outer.Enqueue(new Noted("4"));

        (await inner.CommitAsync()).Should().Be(default(PublishResult));
        (await outer.CommitAsync()).HandlerCount.Should().Be(6);

        desk.Published.Should().Equal("1", "2", "4");
        desk.Journal.All.Skip(3).Should().Equal(
            "after 1", "completed 1", "after 2", "completed 2", "callback 3", "after 4", "completed 4");
    }

    [Theory, BothWays]
    public async Task An_inner_rollback_discards_the_inner_events_only_and_runs_their_work_at_once(How how)
    {
        await using var desk = new Desk();
        await using var outer = desk.Dispatcher.Begin();
        await desk.NoteAsync("1");
        desk.Dispatcher.OnRolledBack(desk.Callback("outer rolled back"));
        await using (var inner = desk.Dispatcher.Begin())
        {
            await desk.NoteAsync("2");
            desk.Dispatcher.OnRolledBack(desk.Callback("inner rolled back"));
            await how.RollbackAsync(inner);
            await desk.IdleAsync();
        }

        desk.Journal.All.Should().Equal("rolled back 2", "completed 2", "callback inner rolled back");
        await desk.NoteAsync("3");
        await how.CommitAsync(outer);
        await desk.IdleAsync();

        desk.Published.Should().Equal("1", "3");
        desk.Journal.Of("callback").Should().Equal("inner rolled back");
    }

    [Fact]
    public async Task An_inner_commit_and_an_outer_rollback_publish_nothing_and_run_all_after_rollback_work()
    {
        await using var desk = new Desk();
        await using var outer = desk.Dispatcher.Begin();
        await using var inner = desk.Dispatcher.Begin();
        inner.Enqueue(new Noted("1"));
        inner.OnRolledBack(desk.Callback("inner"));
        inner.OnCommitted(desk.Callback("never"));
        await inner.CommitAsync();

        await outer.RollbackAsync();

        desk.Journal.All.Should().Equal("rolled back 1", "completed 1", "callback inner");
    }

    [Fact]
    public async Task Rolling_back_the_outer_one_ends_the_inner_ones_that_are_open()
    {
        await using var desk = new Desk();
        await using var outer = desk.Dispatcher.Begin();
        outer.Enqueue(new Noted("outer"));
        await using var inner = desk.Dispatcher.Begin();
        await using var innermost = desk.Dispatcher.Begin();
        innermost.Enqueue(new Noted("innermost"));
        inner.Enqueue(new Noted("inner"));

        await outer.RollbackAsync();

        new[] { outer.State, inner.State, innermost.State }.Should().AllBeEquivalentTo(EventTransactionState.RolledBack);
        desk.RolledBack.Should().Equal(["outer", "innermost", "inner"], "work comes in the order of registration, once all have ended");
        desk.Dispatcher.Current.Should().BeNull();
    }

    [Theory, BothWays]
    public async Task Committing_the_outer_one_while_an_inner_is_open_is_refused_and_can_be_done_later(How how)
    {
        await using var desk = new Desk();
        await using var outer = desk.Dispatcher.Begin();
        await using var inner = desk.Dispatcher.Begin();
        inner.Enqueue(new Noted("1"));

        await outer.Awaiting(t => how.CommitAsync(t)).Should().ThrowAsync<InvalidOperationException>()
            .WithMessage("Cannot commit*opened inside it*complete that first*");
        outer.State.Should().Be(EventTransactionState.Active);
        await how.CommitAsync(inner);
        await how.CommitAsync(outer);
        await desk.IdleAsync();

        desk.Published.Should().Equal("1");
    }

    [Fact]
    public async Task Current_is_the_innermost_open_one()
    {
        await using var desk = new Desk();
        desk.Dispatcher.Current.Should().BeNull();
        await using var outer = desk.Dispatcher.Begin();
        desk.Dispatcher.Current.Should().BeSameAs(outer);
        await using var inner = desk.Dispatcher.Begin();
        desk.Dispatcher.Current.Should().BeSameAs(inner);

        await inner.CommitAsync();
        desk.Dispatcher.Current.Should().BeSameAs(outer);
        await outer.RollbackAsync();
        desk.Dispatcher.Current.Should().BeNull();
    }

    [Fact]
    public async Task Before_commit_handlers_of_inner_events_run_at_the_outermost_commit()
    {
        await using var desk = new Desk();
        await using var outer = desk.Dispatcher.Begin();
        await using (var inner = desk.Dispatcher.Begin())
        {
            await desk.NoteAsync("1");
            await inner.CommitAsync();
        }

        desk.Checked.Should().BeEmpty();
        await outer.CommitAsync();
        desk.Checked.Should().Equal("1");
    }

    [Fact]
    public async Task Scopes_do_not_share_transactions()
    {
        await using var desk = new Desk();
        await using var scope = desk.OpenScope();
        var other = (IEventDispatcher)scope.ServiceProvider.GetService(typeof(IEventDispatcher))!;
        await using var transaction = desk.Dispatcher.Begin();

        other.Current.Should().BeNull();
        await other.PublishAsync(new Noted("1"));

        desk.Published.Should().Equal("1");
    }
}
