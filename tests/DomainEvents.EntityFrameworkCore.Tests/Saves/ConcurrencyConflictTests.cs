using DomainEvents.EntityFrameworkCore.Tests.Scenario;
using DomainEvents.TestSupport.Databases;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace DomainEvents.EntityFrameworkCore.Tests.Saves;

public sealed class ConcurrencyConflictTests
{
    [Theory, SqliteData, PostgreSqlData]
    public async Task A_conflict_publishes_nothing_and_leaves_nothing_open(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        var ticket = await ConflictingAsync(desk, how);

        await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<DbUpdateConcurrencyException>();

        desk.Dispatcher.Current.Should().BeNull();
        (await desk.PublishedAsync()).Should().Equal("A opened");
        await desk.Context.Entry(ticket).ReloadAsync();
        ticket.Touch();
        await desk.Context.SaveAsync(how);
        (await desk.PublishedAsync()).Should().Equal("A opened", "B renamed");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_conflict_among_several_commands_is_one_as_well(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        await ConflictingAsync(desk, how);
        desk.Context.Add(new Ticket(2, "C"));

        await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<DbUpdateConcurrencyException>();

        desk.Dispatcher.Current.Should().BeNull();
        (await desk.PublishedAsync()).Should().Equal("A opened");
        (await desk.TitlesAsync()).Should().Equal("A");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_conflict_in_a_transaction_takes_only_its_save_back(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        await ConflictingAsync(desk, how);
        await using var transaction = await desk.Context.BeginAsync(how);
        await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<DbUpdateConcurrencyException>();
        desk.Context.ChangeTracker.Clear();
        desk.Context.Add(new Ticket(2, "C"));
        await desk.Context.SaveAsync(how);

        await transaction.CommitAsync(how);

        (await desk.PublishedAsync()).Should().Equal("A opened", "C opened");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_conflict_that_an_interceptor_overrules_publishes_with_the_save(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind, options => options.AddInterceptors(new Overrule()));
        await ConflictingAsync(desk, how);
        desk.Context.Add(new Ticket(2, "C"));

        await desk.Context.SaveAsync(how);

        (await desk.PublishedAsync()).Should().BeEquivalentTo("A opened", "B renamed", "C opened");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task The_events_of_a_deleted_aggregate_were_lost_when_a_conflict_was_overruled(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind, options => options.AddInterceptors(new Overrule()));
        var deleted = new Ticket(2, "C");
        desk.Context.Add(deleted);
        await ConflictingAsync(desk, how);
        desk.Context.Remove(deleted);
        deleted.Close();

        await desk.Context.SaveAsync(how);

        (await desk.PublishedAsync()).Should().BeEquivalentTo("A opened", "C opened", "B renamed", "C closed");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task What_handlers_published_was_lost_when_a_conflict_was_overruled(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind, options => options.AddInterceptors(new Overrule()));
        await ConflictingAsync(desk, how);
        desk.Journal.BeforeCommit = async (domainEvent, _, dispatcher) =>
        {
            if (domainEvent.Ticket == 1)
            {
                await dispatcher.PublishAsync(new TicketChanged(9, "more"));
            }
        };

        await desk.Context.SaveAsync(how);

        (await desk.PublishedAsync()).Should().Equal("A opened", "B renamed", "more");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task In_a_transaction_handlers_ran_twice_when_a_conflict_was_overruled(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind, options => options.AddInterceptors(new Overrule()));
        await ConflictingAsync(desk, how);
        await using var transaction = await desk.Context.BeginAsync(how);
        await desk.Dispatcher.PublishAsync(new TicketChanged(0, "bulk"));
        await desk.Context.SaveAsync(how);

        await transaction.CommitAsync(how);

        desk.Journal.Prepared.Should().Equal("A opened", "bulk", "B renamed");
        (await desk.PublishedAsync()).Should().Equal("A opened", "bulk", "B renamed");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_save_suppressed_behind_a_conflict_was_taken_for_the_one_with_the_conflict(DatabaseKind kind, How how)
    {
        var suppress = new Suppress();
        await using var desk = await TicketDesk.OpenAsync(kind, options => options.AddInterceptors(suppress));
        await ConflictingAsync(desk, how);
        await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<DbUpdateConcurrencyException>();
        suppress.IsOn = true;

        await desk.Context.SaveAsync(how);

        (await desk.PublishedAsync()).Should().Equal("A opened");
    }

    /// <summary>A renamed ticket whose row somebody else has changed.</summary>
    private static async Task<Ticket> ConflictingAsync(TicketDesk desk, How how)
    {
        var ticket = new Ticket(1, "A");
        desk.Context.Add(ticket);
        await desk.Context.SaveAsync(how);
        await using var other = desk.OtherContext();
        await other.Tickets.ExecuteUpdateAsync(update => update.SetProperty(t => t.Version, 7));
        ticket.Rename("B");
        return ticket;
    }

    private sealed class Suppress : SaveChangesInterceptor
    {
        public bool IsOn { get; set; }

        public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result) =>
            IsOn ? InterceptionResult<int>.SuppressWithResult(0) : result;

        public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
            DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) =>
            new(SavingChanges(eventData, result));
    }

    private sealed class Overrule : SaveChangesInterceptor
    {
        public override InterceptionResult ThrowingConcurrencyException(ConcurrencyExceptionEventData eventData, InterceptionResult result) =>
            InterceptionResult.Suppress();

        public override ValueTask<InterceptionResult> ThrowingConcurrencyExceptionAsync(
            ConcurrencyExceptionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) =>
            new(InterceptionResult.Suppress());
    }
}
