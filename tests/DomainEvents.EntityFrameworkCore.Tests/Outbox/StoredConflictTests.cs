using DomainEvents.EntityFrameworkCore.Tests.Scenario;
using DomainEvents.TestSupport.Databases;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace DomainEvents.EntityFrameworkCore.Tests.Outbox;

/// <summary>An UPDATE that finds no row is no error to the database, which goes on with what comes behind it.</summary>
public sealed class StoredConflictTests
{
    [Theory, SqliteData, PostgreSqlData]
    public async Task A_conflict_leaves_no_event_in_the_outbox(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        var ticket = await ConflictingAsync(desk, how);

        await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<DbUpdateConcurrencyException>();

        (await desk.StoredAsync()).Should().Equal("A opened");
        await desk.Context.Entry(ticket).ReloadAsync();
        ticket.Touch();
        await desk.Context.SaveAsync(how);
        (await desk.StoredAsync()).Should().Equal("A opened", "B renamed");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_conflict_among_several_commands_leaves_none_either(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        await ConflictingAsync(desk, how);
        desk.Context.Add(new Ticket(2, "C"));

        await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<DbUpdateConcurrencyException>();

        (await desk.StoredAsync()).Should().Equal("A opened");
        (await desk.TitlesAsync()).Should().Equal("A");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_conflict_in_a_transaction_takes_the_events_of_its_save_back(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        await ConflictingAsync(desk, how);
        await using var transaction = await desk.Context.BeginAsync(how);
        await desk.Dispatcher.PublishAsync(new TicketChanged(0, "bulk"));
        await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<DbUpdateConcurrencyException>();
        desk.Context.ChangeTracker.Clear();
        desk.Context.Add(new Ticket(2, "C"));
        await desk.Context.SaveAsync(how);

        await transaction.CommitAsync(how);

        (await desk.StoredAsync()).Should().Equal("A opened", "bulk", "C opened");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Nothing_of_it_stays_in_a_transaction_that_has_no_savepoints(DatabaseKind kind, How how)
    {
        var roundTrips = new RoundTrips();
        await using var desk = await OutboxDesk.OpenAsync(kind, options => options.AddInterceptors(roundTrips));
        await ConflictingAsync(desk, how);
        desk.Context.Database.AutoSavepointsEnabled = false;
        await using var transaction = await desk.Context.BeginAsync(how);
        roundTrips.Clear();
        await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<DbUpdateConcurrencyException>();
        desk.Context.ChangeTracker.Clear();

        await transaction.CommitAsync(how);

        (await desk.StoredAsync()).Should().Equal("A opened");
        roundTrips.Commands.Should().ContainSingle().Which.Should().NotContain("domain_event_outbox", "it would have stayed, without savepoints");
    }

    [Theory, PostgreSqlData]
    public async Task Nothing_of_it_stays_in_a_TransactionScope_either(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        await ConflictingAsync(desk, how);
        using (var scope = new System.Transactions.TransactionScope(System.Transactions.TransactionScopeAsyncFlowOption.Enabled))
        {
            await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<DbUpdateConcurrencyException>();
            scope.Complete();
        }

        (await desk.StoredAsync()).Should().Equal("A opened");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_conflict_that_an_interceptor_overrules_stores_with_the_save(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind, options => options.AddInterceptors(new Overrule()));
        await ConflictingAsync(desk, how);
        desk.Context.Add(new Ticket(2, "C"));

        await desk.Context.SaveAsync(how);

        (await desk.StoredAsync()).Should().BeEquivalentTo("A opened", "B renamed", "C opened");
        (await desk.PublishedAsync()).Should().BeEmpty();
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task In_a_transaction_it_stores_once_as_well(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind, options => options.AddInterceptors(new Overrule()));
        await ConflictingAsync(desk, how);
        await using var transaction = await desk.Context.BeginAsync(how);
        await desk.Dispatcher.PublishAsync(new TicketChanged(0, "bulk"));
        await desk.Context.SaveAsync(how);

        await transaction.CommitAsync(how);

        (await desk.StoredAsync()).Should().Equal("A opened", "bulk", "B renamed");
        (await desk.PublishedAsync()).Should().BeEmpty();
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task One_that_is_added_in_the_place_of_a_deleted_one_is_an_UPDATE(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        var ticket = new Ticket(1, "A");
        desk.Context.Add(ticket);
        await desk.Context.SaveAsync(how);
        await using (var other = desk.OtherContext())
        {
            await other.Tickets.ExecuteDeleteAsync();
        }

        desk.Context.Remove(ticket);
        desk.Context.Add(new Ticket(1, "B")); // one UPDATE, as the key is the same

        await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<DbUpdateConcurrencyException>();

        (await desk.StoredAsync()).Should().Equal("A opened");
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

    private sealed class Overrule : SaveChangesInterceptor
    {
        public override InterceptionResult ThrowingConcurrencyException(ConcurrencyExceptionEventData eventData, InterceptionResult result) =>
            InterceptionResult.Suppress();

        public override ValueTask<InterceptionResult> ThrowingConcurrencyExceptionAsync(
            ConcurrencyExceptionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) =>
            new(InterceptionResult.Suppress());
    }
}
