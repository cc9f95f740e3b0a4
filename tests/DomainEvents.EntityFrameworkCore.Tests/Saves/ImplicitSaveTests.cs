using DomainEvents.EntityFrameworkCore.Tests.Scenario;
using DomainEvents.TestSupport.Databases;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace DomainEvents.EntityFrameworkCore.Tests.Saves;

/// <summary>A save that nothing is around commits by itself.</summary>
public sealed class ImplicitSaveTests
{
    [Theory, SqliteData, PostgreSqlData]
    public async Task A_save_of_one_command_publishes_once_and_its_handlers_find_the_row(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        desk.Journal.AfterCommit = async (_, context) => (await context.Tickets.CountAsync()).Should().Be(1);
        var ticket = new Ticket(1, "A");
        desk.Context.Add(ticket);

        (await desk.Context.SaveAsync(how)).Should().Be(1);

        (await desk.PublishedAsync()).Should().Equal("A opened");
        desk.Journal.Prepared.Should().Equal("A opened");
        ticket.DomainEvents.Should().BeEmpty();
        (await desk.Context.SaveAsync(how)).Should().Be(0);
        (await desk.PublishedAsync()).Should().HaveCount(1);
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_save_of_several_commands_publishes_once_after_all_of_them(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        desk.Journal.AfterCommit = async (_, context) => (await context.Tickets.CountAsync()).Should().Be(2);
        desk.Context.AddRange(new Ticket(1, "A") { Notes = { new Note { Id = 1, Text = "n" } } }, new Ticket(2, "B"));

        await desk.Context.SaveAsync(how);

        (await desk.PublishedAsync()).Should().Equal("A opened", "B opened");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task An_asynchronous_save_returns_when_handlers_have_ended(DatabaseKind kind, How how)
    {
        _ = how;
        await using var desk = await TicketDesk.OpenAsync(kind);
        desk.Journal.AfterCommit = async (_, _) => await Task.Yield();
        desk.Context.Add(new Ticket(1, "A"));

        await desk.Context.SaveChangesAsync();

        desk.Journal.Published.Should().Equal("A opened");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Deleted_and_unchanged_aggregates_count(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        var (gone, same) = (new Ticket(1, "A"), new Ticket(2, "B"));
        desk.Context.AddRange(gone, same);
        await desk.Context.SaveAsync(how);
        gone.Close();
        desk.Context.Remove(gone);
        same.Close();

        await desk.Context.SaveAsync(how);

        (await desk.PublishedAsync()).Should().Equal("A opened", "B opened", "A closed", "B closed");
        (await desk.TitlesAsync()).Should().Equal("B");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Events_without_anything_to_write_are_published(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        var ticket = new Ticket(1, "A");
        desk.Context.Attach(ticket);

        (await desk.Context.SaveAsync(how)).Should().Be(0);

        (await desk.PublishedAsync()).Should().Equal("A opened");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_change_that_needs_no_command_was_taken_for_a_suppressed_save(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        var stamp = new Stamp();
        desk.Context.Add(stamp);
        await desk.Context.SaveAsync(how);
        stamp.Use("A used");
        desk.Context.Update(stamp);

        await desk.Context.SaveAsync(how);

        (await desk.PublishedAsync()).Should().Equal("A used");
        stamp.DomainEvents.Should().BeEmpty();
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task An_aggregate_that_only_hangs_on_another_is_found(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        var parent = new Ticket(1, "A");
        desk.Context.Add(parent);
        await desk.Context.SaveAsync(how);
        parent.Children.Add(new Ticket(2, "B"));

        await desk.Context.SaveAsync(how);

        (await desk.PublishedAsync()).Should().Equal("A opened", "B opened");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_save_that_does_not_accept_changes_publishes_once(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        desk.Context.Add(new Ticket(1, "A"));

        await desk.Context.SaveAsync(how, acceptAllChanges: false);
        desk.Context.ChangeTracker.AcceptAllChanges();
        await desk.Context.SaveAsync(how);

        (await desk.PublishedAsync()).Should().Equal("A opened");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_save_that_fails_publishes_nothing_and_its_retry_publishes_once(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Context.SaveAsync(how);
        var twin = new Ticket(2, "A");
        desk.Context.Add(twin);

        await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<DbUpdateException>();

        (await desk.PublishedAsync()).Should().Equal("A opened");
        desk.Journal.RolledBack.Should().Equal("A opened");
        twin.DomainEvents.Should().HaveCount(1);
        twin.Rename("B");
        await desk.Context.SaveAsync(how);
        (await desk.PublishedAsync()).Should().Equal("A opened", "A opened", "B renamed");
        (await desk.TitlesAsync()).Should().Equal("A", "B");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_save_that_an_interceptor_suppresses_publishes_nothing(DatabaseKind kind, How how)
    {
        var suppress = new Suppress { Active = true };
        await using var desk = await TicketDesk.OpenAsync(kind, options => options.AddInterceptors(suppress));
        await using var behind = await TicketDesk.OpenAsync(
            kind, addContext: (services, options) => services.AddContextWith(options, later => later.AddInterceptors(suppress)));
        foreach (var each in (TicketDesk[])[desk, behind])
        {
            suppress.Active = true;
            each.Context.Add(new Ticket(1, "A"));

            await each.Context.SaveAsync(how);

            (await each.PublishedAsync()).Should().BeEmpty();
            suppress.Active = false;
            await each.Context.SaveAsync(how);
            (await each.PublishedAsync()).Should().Equal("A opened");
            (await each.TitlesAsync()).Should().Equal("A");
        }
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_manual_transaction_around_saves_holds_their_events(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        await using var transaction = desk.Dispatcher.Begin();
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Context.SaveAsync(how);

        (await desk.PublishedAsync()).Should().BeEmpty();
        await transaction.CommitAsync();

        (await desk.PublishedAsync()).Should().Equal("A opened");
    }

    private sealed class Suppress : SaveChangesInterceptor
    {
        public bool Active { get; set; }

        public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result) =>
            Active ? InterceptionResult<int>.SuppressWithResult(7) : result;

        public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
            DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) =>
            new(SavingChanges(eventData, result));
    }
}
