using System.Transactions;
using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Tests.Transactions;

/// <summary>System.Transactions scopes in scopes.</summary>
public class ScopeNestingTests
{
    [Fact]
    public async Task An_event_is_held_until_the_scopes_transaction_has_committed()
    {
        await using var desk = new Desk();
        using (var scope = Scopes.Open())
        {
            (await desk.NoteAsync("1")).Should().Be(default(PublishResult));
            desk.Dispatcher.OnCommitted(desk.Callback("committed"));
            desk.Dispatcher.OnRolledBack(desk.Callback("rolled back"));
            scope.Complete();
            desk.Published.Should().BeEmpty();
        }

        await desk.IdleAsync();
        desk.Journal.All.Should().Equal("before 1", "after 1", "completed 1", "callback committed");
    }

    [Fact]
    public async Task A_scope_that_is_not_completed_publishes_nothing_and_runs_after_rollback_work()
    {
        await using var desk = new Desk();
        var notebook = new Notebook();
        notebook.Note("1");
        using (Scopes.Open())
        {
            await desk.Dispatcher.PublishFromAsync(notebook);
            desk.Dispatcher.OnRolledBack(desk.Callback("rolled back"));
        }

        await desk.IdleAsync();
        desk.Journal.All.Should().Equal("before 1", "rolled back 1", "completed 1", "callback rolled back");
        notebook.DomainEvents.Should().ContainSingle();
    }

    [Fact]
    public async Task The_events_of_an_aggregate_are_removed_by_the_commit_and_later_ones_are_reported()
    {
        await using var desk = new Desk();
        var notebook = new Notebook();
        notebook.Note("1");
        using (var scope = Scopes.Open())
        {
            await desk.Dispatcher.PublishFromAsync(notebook);
            notebook.Note("later");
            scope.Complete();
        }

        await desk.IdleAsync();
        desk.Published.Should().Equal("1");
        notebook.DomainEvents.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Text = "later" });
        desk.Logs.WithId(2007).Should().ContainSingle();
    }

    [Fact]
    public async Task Required_in_Required_with_the_inner_one_not_completed_publishes_none()
    {
        await using var desk = new Desk();
        var outer = Scopes.Open();
        await desk.NoteAsync("1");
        using (Scopes.Open())
        {
            await desk.NoteAsync("2");
        }

        outer.Complete();
        outer.Invoking(scope => scope.Dispose()).Should().Throw<TransactionAbortedException>();
        await desk.IdleAsync();

        desk.Published.Should().BeEmpty();
        desk.RolledBack.Should().Equal("1", "2");
    }

    [Fact]
    public async Task Required_in_Required_is_one_transaction_with_one_buffer()
    {
        await using var desk = new Desk();
        using (var outer = Scopes.Open())
        {
            await desk.NoteAsync("1");
            using (var inner = Scopes.Open())
            {
                await desk.NoteAsync("2");
                inner.Complete();
            }

            desk.Published.Should().BeEmpty();
            await desk.NoteAsync("3");
            outer.Complete();
        }

        await desk.IdleAsync();
        desk.Published.Should().Equal("1", "2", "3");
    }

    [Theory]
    [InlineData(true, false, "inner")]
    [InlineData(false, true, "outer")]
    public async Task RequiresNew_is_a_transaction_of_its_own(bool innerCompletes, bool outerCompletes, string published)
    {
        await using var desk = new Desk();
        using (var outer = Scopes.Open())
        {
            await desk.NoteAsync("outer");
            using (var inner = Scopes.Open(TransactionScopeOption.RequiresNew))
            {
                await desk.NoteAsync("inner");
                Finish(inner, innerCompletes);
            }

            Finish(outer, outerCompletes);
        }

        await desk.IdleAsync();
        desk.Published.Should().Equal(published);
        desk.RolledBack.Should().HaveCount(1).And.NotContain(published);

        static void Finish(TransactionScope scope, bool completes)
        {
            if (completes)
            {
                scope.Complete();
            }
        }
    }

    [Fact]
    public async Task RequiresNew_publishes_before_the_outer_one_ends()
    {
        await using var desk = new Desk();
        using var outer = Scopes.Open();
        await desk.NoteAsync("outer");
        using (var inner = Scopes.Open(TransactionScopeOption.RequiresNew))
        {
            await desk.NoteAsync("inner");
            inner.Complete();
        }

        await desk.IdleAsync();
        desk.Published.Should().Equal("inner");
    }

    [Fact]
    public async Task Inside_Suppress_the_policy_for_no_transaction_holds()
    {
        await using var publishing = new Desk();
        await using var throwing = Desk.WithThrowPolicy();
        using var outer = Scopes.Open();
        await publishing.NoteAsync("held");
        await throwing.NoteAsync("held");
        using (Scopes.Open(TransactionScopeOption.Suppress))
        {
            await publishing.NoteAsync("at once");
            await throwing.Awaiting(d => d.NoteAsync("refused")).Should().ThrowAsync<InvalidOperationException>();
        }

        publishing.Published.Should().Equal("at once");
        throwing.Published.Should().BeEmpty();
    }

    [Fact]
    public async Task The_ambient_transaction_does_not_show_as_the_current_one()
    {
        await using var desk = new Desk();
        using var scope = Scopes.Open();
        await desk.NoteAsync("1");

        desk.Dispatcher.Current.Should().BeNull();
    }

    [Fact]
    public async Task A_scope_inside_a_transaction_that_was_begun_is_the_innermost_and_independent()
    {
        await using var desk = new Desk();
        await using var transaction = desk.Dispatcher.Begin();
        await desk.NoteAsync("of the transaction");
        using (var scope = Scopes.Open())
        {
            await desk.NoteAsync("of the scope");
            scope.Complete();
        }

        await desk.IdleAsync();
        desk.Published.Should().Equal("of the scope");
        await transaction.RollbackAsync();
        desk.RolledBack.Should().Equal("of the transaction");
    }

    [Fact]
    public async Task One_dispatcher_serves_one_scope_after_the_other()
    {
        await using var desk = new Desk();
        foreach (var (text, completes) in new[] { ("1", true), ("2", false), ("3", true) })
        {
            using var scope = Scopes.Open();
            await desk.NoteAsync(text);
            if (completes)
            {
                scope.Complete();
            }
        }

        await desk.IdleAsync();
        desk.Published.Should().BeEquivalentTo("1", "3");
        desk.RolledBack.Should().Equal("2");
    }

    [Fact]
    public async Task The_scope_may_outlive_the_dispatcher()
    {
        await using var desk = new Desk();
        using (var scope = Scopes.Open())
        {
            await desk.NoteAsync("1");
            await desk.CloseScopeAsync();
            scope.Complete();
        }

        await desk.IdleAsync();
        desk.Published.Should().Equal("1");
    }

    [Fact]
    public async Task After_complete_the_scope_takes_no_more_events()
    {
        await using var desk = new Desk();
        using var scope = Scopes.Open();
        scope.Complete();

        await desk.Awaiting(d => d.NoteAsync("1")).Should().ThrowAsync<InvalidOperationException>();

        desk.Journal.All.Should().BeEmpty();
    }

    [Fact]
    public async Task A_dispatcher_that_is_resolved_in_a_complete_scope_works_when_that_is_left()
    {
        await using var desk = new Desk();
        AsyncServiceScope services;
        IEventDispatcher dispatcher;
        using (var scope = Scopes.Open())
        {
            scope.Complete();
            services = desk.OpenScope();
            dispatcher = services.ServiceProvider.GetRequiredService<IEventDispatcher>();
        }

        await dispatcher.PublishAsync(new Noted("1"));
        await services.DisposeAsync();

        desk.Published.Should().Equal("1");
    }

    [Fact]
    public async Task After_commit_work_knows_nothing_of_the_ambient_transaction()
    {
        await using var desk = new Desk();
        var seen = new List<Transaction?>();
        using var unrelated = Scopes.Open();
        using (Scopes.Open(TransactionScopeOption.Suppress))
        {
            await using var transaction = desk.Dispatcher.Begin();
            transaction.OnCommitted(_ =>
            {
                seen.Add(Transaction.Current);
                return default;
            });
            using (var complete = Scopes.Open(TransactionScopeOption.RequiresNew))
            {
                complete.Complete(); // from here on Transaction.Current throws
                await transaction.CommitAsync();
            }
        }

        seen.Should().Equal([null]);
        desk.Logs.WithId(2002).Should().BeEmpty();
    }
}
