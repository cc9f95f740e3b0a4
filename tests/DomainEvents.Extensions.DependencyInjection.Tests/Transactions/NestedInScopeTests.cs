using System.Transactions;
using DomainEvents.TestSupport.Databases;
using DomainEvents.Transactions;

namespace DomainEvents.Tests.Transactions;

/// <summary>Begin and Enlist inside a System.Transactions scope nest in it.</summary>
public class NestedInScopeTests
{
    [Theory, BothWays]
    public async Task Begin_nests_in_the_scope_and_its_events_wait_for_it(How how)
    {
        await using var desk = new Desk();
        using (var scope = Scopes.Open())
        {
            await using var transaction = desk.Dispatcher.Begin();
            await desk.NoteAsync("1");
            desk.Checked.Should().BeEmpty();
            await how.CommitAsync(transaction);
            desk.Checked.Should().Equal("1");
            await desk.NoteAsync("2");
            desk.Published.Should().BeEmpty();
            scope.Complete();
        }

        await desk.IdleAsync();
        desk.Published.Should().Equal("1", "2");
        desk.Checked.Should().Equal("1", "2");
    }

    [Theory, BothWays]
    public async Task Rolled_back_inside_only_its_events_are_gone(How how)
    {
        await using var desk = new Desk();
        using (var scope = Scopes.Open())
        {
            await desk.NoteAsync("1");
            await using (var transaction = desk.Dispatcher.Begin())
            {
                await desk.NoteAsync("2");
                await how.RollbackAsync(transaction);
            }

            scope.Complete();
        }

        await desk.IdleAsync();
        desk.Published.Should().Equal("1");
        desk.RolledBack.Should().Equal("2");
    }

    [Fact]
    public async Task Committed_inside_and_the_scope_aborted_publishes_none()
    {
        await using var desk = new Desk();
        using (Scopes.Open())
        {
            await using var transaction = desk.Dispatcher.Begin();
            await desk.NoteAsync("1");
            await transaction.CommitAsync();
        }

        await desk.IdleAsync();
        desk.Published.Should().BeEmpty();
        desk.RolledBack.Should().Equal("1");
    }

    [Fact]
    public async Task Still_open_when_the_scope_ends_it_ends_as_rolled_back()
    {
        await using var desk = new Desk();
        EventTransaction outer, inner;
        using (var scope = Scopes.Open())
        {
            await desk.NoteAsync("of the scope");
            outer = desk.Dispatcher.Begin();
            inner = desk.Dispatcher.Begin();
            await desk.NoteAsync("left open");
            scope.Complete();
        }

        await desk.IdleAsync();
        new[] { outer.State, inner.State }.Should().AllBeEquivalentTo(EventTransactionState.RolledBack);
        desk.Published.Should().Equal("of the scope");
        desk.RolledBack.Should().Equal("left open");
        desk.Dispatcher.Current.Should().BeNull();
    }

    [Fact]
    public async Task A_before_commit_failure_of_what_was_begun_reaches_its_committer_and_rolls_all_of_the_scope_back()
    {
        await using var desk = new Desk();
        desk.BeforeCommit = (noted, _, _) => noted.Text == "2" ? throw new ApplicationException("sold out") : default;
        var scope = Scopes.Open();
        await desk.NoteAsync("1");
        await using var transaction = desk.Dispatcher.Begin();
        await desk.NoteAsync("2");
        await transaction.Awaiting(t => t.CommitAsync()).Should().ThrowAsync<ApplicationException>();
        transaction.State.Should().Be(EventTransactionState.RolledBack);
        scope.Complete();

        scope.Invoking(s => s.Dispose()).Should().Throw<System.Transactions.TransactionAbortedException>();
        await desk.IdleAsync();
        desk.Published.Should().BeEmpty();
        desk.RolledBack.Should().Equal("2", "1");
    }

    [Theory, SqliteData]
    public async Task Enlist_nests_too_and_its_events_wait_for_the_scope(DatabaseKind kind, How how)
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(kind);
        await using var connection = await database.OpenAsync();
        using (var scope = Scopes.Open())
        {
            await using var real = await connection.BeginTransactionAsync();
            await using var transaction = desk.Dispatcher.Enlist(real);
            await database.InsertAsync(connection, 1, real);
            await desk.NoteAsync("1");
            await how.CommitAsync(transaction);
            desk.Published.Should().BeEmpty();
            scope.Complete();
        }

        await desk.IdleAsync();
        desk.Published.Should().Equal("1");
        (await database.CountAsync()).Should().Be(1);
    }

    [Fact]
    public async Task A_scope_of_its_own_inside_what_was_begun_in_a_scope_is_independent()
    {
        await using var desk = new Desk();
        using (var outer = Scopes.Open())
        {
            await using var transaction = desk.Dispatcher.Begin();
            using (var inner = Scopes.Open(TransactionScopeOption.RequiresNew))
            {
                await desk.NoteAsync("inner");
                inner.Complete();
            }

            await desk.IdleAsync();
            desk.Published.Should().Equal("inner");
            await desk.NoteAsync("outer");
            await transaction.CommitAsync();
        }

        await desk.IdleAsync();
        desk.Published.Should().Equal("inner");
        desk.RolledBack.Should().Equal("outer");
    }
}
