using DomainEvents.TestSupport.Databases;

namespace DomainEvents.Tests.Transactions;

public class SavepointTests
{
    [Fact]
    public async Task Kept_rolled_back_and_kept_publishes_the_first_and_the_third()
    {
        await using var desk = new Desk();
        await using var transaction = desk.Dispatcher.Begin();
        transaction.CreateSavepoint("a");
        await desk.NoteAsync("1");
        transaction.ReleaseSavepoint("a");
        transaction.CreateSavepoint("b");
        await desk.NoteAsync("2");
        transaction.RollbackToSavepoint("b");
        transaction.CreateSavepoint("c");
        await desk.NoteAsync("3");
        transaction.ReleaseSavepoint("c");

        await transaction.CommitAsync();

        desk.Published.Should().Equal("1", "3");
    }

    [Fact]
    public async Task Rolling_back_to_a_savepoint_discards_callbacks_too_and_runs_no_after_rollback_work()
    {
        await using var desk = new Desk();
        await using var transaction = desk.Dispatcher.Begin();
        desk.Dispatcher.OnCommitted(desk.Callback("1"));
        transaction.CreateSavepoint("a");
        desk.Dispatcher.OnCommitted(desk.Callback("2"));
        desk.Dispatcher.OnRolledBack(desk.Callback("rolled back"));
        await desk.NoteAsync("3");

        transaction.RollbackToSavepoint("a");
        desk.Dispatcher.OnCommitted(desk.Callback("4"));
        await transaction.CommitAsync();

        desk.Journal.All.Should().Equal("callback 1", "callback 4");
    }

    [Fact]
    public async Task A_savepoint_that_was_rolled_back_to_is_still_there()
    {
        await using var desk = new Desk();
        await using var transaction = desk.Dispatcher.Begin();
        transaction.CreateSavepoint("a");
        foreach (var attempt in new[] { "1", "2", "3" })
        {
            await desk.NoteAsync(attempt);
            transaction.RollbackToSavepoint("a");
        }

        await desk.NoteAsync("4");
        await transaction.CommitAsync();

        desk.Published.Should().Equal("4");
    }

    [Fact]
    public async Task The_middle_one_rolled_back_takes_what_is_nested_in_it_and_keeps_what_comes_later()
    {
        await using var desk = new Desk();
        await using var transaction = desk.Dispatcher.Begin();
        await desk.NoteAsync("1");
        transaction.CreateSavepoint("middle");
        await desk.NoteAsync("2");
        transaction.CreateSavepoint("nested");
        await desk.NoteAsync("3");
        transaction.RollbackToSavepoint("middle");
        await desk.NoteAsync("4");

        transaction.Invoking(t => t.RollbackToSavepoint("nested")).Should().Throw<ArgumentException>();
        await transaction.CommitAsync();

        desk.Published.Should().Equal("1", "4");
    }

    [Fact]
    public async Task Inner_released_and_outer_rolled_back_publishes_none()
    {
        await using var desk = new Desk();
        await using var transaction = desk.Dispatcher.Begin();
        transaction.CreateSavepoint("outer");
        transaction.CreateSavepoint("inner");
        await desk.NoteAsync("1");
        transaction.ReleaseSavepoint("inner");
        transaction.RollbackToSavepoint("outer");

        await transaction.CommitAsync();

        desk.Journal.All.Should().BeEmpty();
    }

    [Fact]
    public async Task Releasing_ends_later_savepoints_too_and_keeps_their_events()
    {
        await using var desk = new Desk();
        await using var transaction = desk.Dispatcher.Begin();
        transaction.CreateSavepoint("a");
        await desk.NoteAsync("1");
        transaction.CreateSavepoint("b");
        await desk.NoteAsync("2");

        transaction.ReleaseSavepoint("a");

        transaction.Invoking(t => t.ReleaseSavepoint("b")).Should().Throw<ArgumentException>();
        await transaction.CommitAsync();
        desk.Published.Should().Equal("1", "2");
    }

    [Fact]
    public async Task A_repeated_name_hides_the_older_savepoint_until_it_is_released()
    {
        await using var desk = new Desk();
        await using var transaction = desk.Dispatcher.Begin();
        transaction.CreateSavepoint("a");
        await desk.NoteAsync("1");
        transaction.CreateSavepoint("a");
        await desk.NoteAsync("2");

        transaction.RollbackToSavepoint("a");
        await desk.NoteAsync("3");
        transaction.ReleaseSavepoint("a");
        transaction.RollbackToSavepoint("a");
        await desk.NoteAsync("4");
        await transaction.CommitAsync();

        desk.Published.Should().Equal("4");
    }

    [Fact]
    public async Task Rolling_back_to_a_savepoint_discards_the_events_of_inner_transactions_that_committed_since()
    {
        await using var desk = new Desk();
        await using var outer = desk.Dispatcher.Begin();
        await desk.NoteAsync("1");
        outer.CreateSavepoint("a");
        await using (var inner = desk.Dispatcher.Begin())
        {
            await desk.NoteAsync("2");
            await inner.CommitAsync();
        }

        outer.RollbackToSavepoint("a");
        await outer.CommitAsync();

        desk.Published.Should().Equal("1");
    }

    [Fact]
    public async Task Savepoints_of_an_inner_transaction_are_its_own()
    {
        await using var desk = new Desk();
        await using var outer = desk.Dispatcher.Begin();
        outer.CreateSavepoint("a");
        await desk.NoteAsync("1");
        await using var inner = desk.Dispatcher.Begin();
        await desk.NoteAsync("2");
        inner.CreateSavepoint("b");
        outer.Enqueue(new Noted("of the outer one"));
        await desk.NoteAsync("3");

        inner.Invoking(t => t.RollbackToSavepoint("a")).Should().Throw<ArgumentException>();
        inner.RollbackToSavepoint("b");
        await inner.CommitAsync();
        await outer.CommitAsync();

        desk.Published.Should().Equal("1", "2", "of the outer one");
    }

    [Fact]
    public async Task The_id_of_a_discarded_event_may_come_again()
    {
        await using var desk = new Desk();
        await using var transaction = desk.Dispatcher.Begin();
        var noted = new Noted("1");
        transaction.CreateSavepoint("a");
        transaction.Enqueue(noted);
        transaction.RollbackToSavepoint("a");

        transaction.Enqueue(noted with { Text = "2" });
        await transaction.CommitAsync();

        desk.Published.Should().Equal("2");
    }

    [Theory, BothWays]
    public async Task Discarded_events_are_not_rolled_back_a_second_time_with_the_transaction(How how)
    {
        await using var desk = new Desk();
        await using var transaction = desk.Dispatcher.Begin();
        await desk.NoteAsync("1");
        transaction.CreateSavepoint("a");
        await desk.NoteAsync("2");
        transaction.RollbackToSavepoint("a");

        await how.RollbackAsync(transaction);
        await desk.IdleAsync();

        desk.RolledBack.Should().Equal("1");
    }
}
