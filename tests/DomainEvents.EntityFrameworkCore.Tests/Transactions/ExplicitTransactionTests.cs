using DomainEvents.EntityFrameworkCore.Tests.Scenario;
using DomainEvents.TestSupport.Databases;
using DomainEvents.Transactions;
using Microsoft.EntityFrameworkCore;

namespace DomainEvents.EntityFrameworkCore.Tests.Transactions;

/// <summary>Transactions that the user begins on the context.</summary>
public sealed class ExplicitTransactionTests
{
    [Theory, SqliteData, PostgreSqlData]
    public async Task Three_saves_publish_once_after_the_commit_and_in_order(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        desk.Journal.AfterCommit = async (_, context) => (await context.Tickets.CountAsync()).Should().Be(2);
        await using var transaction = await desk.Context.BeginAsync(how);
        var ticket = new Ticket(1, "A");
        desk.Context.Add(ticket);
        await desk.Context.SaveAsync(how);
        desk.Context.Add(new Ticket(2, "B"));
        await desk.Context.SaveAsync(how);
        ticket.Rename("C");
        await desk.Context.SaveAsync(how);
        (await desk.PublishedAsync()).Should().BeEmpty();

        await transaction.CommitAsync(how);

        (await desk.PublishedAsync()).Should().Equal("A opened", "B opened", "C renamed");
        desk.Journal.Prepared.Should().Equal("A opened", "B opened", "C renamed");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_rollback_publishes_nothing_and_runs_what_waits_for_it(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        await using var transaction = await desk.Context.BeginAsync(how);
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Context.SaveAsync(how);

        await transaction.RollbackAsync(how);

        (await desk.PublishedAsync()).Should().BeEmpty();
        desk.Journal.RolledBack.Should().Equal("A opened");
        desk.Dispatcher.Current.Should().BeNull();
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_transaction_disposed_without_a_commit_is_rolled_back(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        var transaction = await desk.Context.BeginAsync(how);
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Context.SaveAsync(how);

        await transaction.DisposeAsync(how);

        (await desk.PublishedAsync()).Should().BeEmpty();
        desk.Journal.RolledBack.Should().Equal("A opened");
        desk.Context.ChangeTracker.Clear();
        desk.Context.Add(new Ticket(2, "B"));
        await desk.Context.SaveAsync(how);
        (await desk.PublishedAsync()).Should().Equal("B opened");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_unit_of_work_inside_a_transaction_that_was_disposed_of_held_for_ever_what_was_published_next(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        var transaction = await desk.Context.BeginAsync(how);
        var inner = desk.Dispatcher.Begin();
        await desk.Dispatcher.PublishAsync(new TicketChanged(1, "held"));
        await transaction.DisposeAsync(how);

        await desk.Dispatcher.PublishAsync(new TicketChanged(2, "bulk"));

        inner.State.Should().Be(EventTransactionState.RolledBack);
        (await desk.PublishedAsync()).Should().Equal("bulk");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_failed_save_in_a_transaction_takes_only_its_own_events_back(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        await using var transaction = await desk.Context.BeginAsync(how);
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Context.SaveAsync(how);
        var twin = new Ticket(2, "A");
        desk.Context.Add(twin);
        await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<DbUpdateException>();
        twin.Rename("B");
        await desk.Context.SaveAsync(how);

        await transaction.CommitAsync(how);

        (await desk.PublishedAsync()).Should().Equal("A opened", "A opened", "B renamed");
        (await desk.TitlesAsync()).Should().Equal("A", "B");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_failed_save_that_is_given_up_leaves_no_event(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        await using var transaction = await desk.Context.BeginAsync(how);
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Context.SaveAsync(how);
        desk.Context.Add(new Ticket(2, "A"));
        await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<DbUpdateException>();
        desk.Context.ChangeTracker.Clear();

        await transaction.CommitAsync(how);

        (await desk.PublishedAsync()).Should().Equal("A opened");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task What_the_dispatcher_publishes_beside_a_bulk_update_waits_for_the_commit(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Context.SaveAsync(how);
        await using var transaction = await desk.Context.BeginAsync(how);
        await desk.Context.Tickets.ExecuteUpdateAsync(update => update.SetProperty(ticket => ticket.Title, "B"));
        await desk.Dispatcher.PublishAsync(new TicketChanged(1, "bulk"));
        (await desk.PublishedAsync()).Should().Equal("A opened");

        await transaction.CommitAsync(how);

        (await desk.PublishedAsync()).Should().Equal("A opened", "bulk");
        desk.Journal.Prepared.Should().Equal("A opened", "bulk");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Work_after_the_commit_may_use_the_same_context(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        var seen = -1;
        await using var transaction = await desk.Context.BeginAsync(how);
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Context.SaveAsync(how);
        desk.Dispatcher.OnCommitted(async token =>
        {
            await using var second = await desk.Context.Database.BeginTransactionAsync(token);
            seen = await desk.Context.Tickets.CountAsync(token);
            await second.CommitAsync(token);
        });

        await transaction.CommitAsync(how);

        await desk.PublishedAsync();
        seen.Should().Be(1);
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_handler_that_throws_after_the_commit_does_not_make_it_look_failed(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        desk.Journal.AfterCommit = (_, _) => throw new TimeoutException();
        await using var transaction = await desk.Context.BeginAsync(how);
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Context.SaveAsync(how);

        await transaction.CommitAsync(how);

        await desk.PublishedAsync();
        (await desk.TitlesAsync()).Should().Equal("A");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Two_transactions_one_after_the_other_do_not_mix(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        for (var i = 1; i <= 4; i++)
        {
            await using var transaction = await desk.Context.BeginAsync(how);
            desk.Context.Add(new Ticket(i, $"{i}"));
            await desk.Context.SaveAsync(how);
            if (i % 2 == 0)
            {
                await transaction.CommitAsync(how);
            }
            else
            {
                await transaction.DisposeAsync(how);
                desk.Context.ChangeTracker.Clear();
            }
        }

        (await desk.PublishedAsync()).Should().Equal("2 opened", "4 opened");
        (await desk.TitlesAsync()).Should().Equal("2", "4");
    }
}
