using DomainEvents.EntityFrameworkCore.Tests.Scenario;
using DomainEvents.EntityFrameworkCore.TestSupport;
using DomainEvents.TestSupport.Databases;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.EntityFrameworkCore.Tests.Outbox;

public sealed class StoredSaveTests
{
    [Theory, SqliteData, PostgreSqlData]
    public async Task A_save_stores_its_event_with_its_row_in_one_round_trip(DatabaseKind kind, How how)
    {
        var roundTrips = new RoundTrips();
        await using var desk = await OutboxDesk.OpenAsync(kind, options => options.AddInterceptors(roundTrips));
        desk.Context.Add(new Ticket(1, "A"));

        await desk.Context.SaveAsync(how);

        (await desk.StoredAsync()).Should().Equal("A opened");
        (await desk.TitlesAsync()).Should().Equal("A");
        roundTrips.Commands.Should().ContainSingle().Which.Should().Contain("domain_event_outbox");
        roundTrips.Transactions.Should().Be(kind == DatabaseKind.Sqlite ? 1 : 0, "PostgreSQL takes all statements of a command as one transaction");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task The_before_commit_handlers_run_in_the_save_and_the_others_not_at_all(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        desk.Context.Add(new Ticket(1, "A"));

        await desk.Context.SaveAsync(how);

        desk.Journal.Prepared.Should().Equal("A opened");
        (await desk.PublishedAsync()).Should().BeEmpty();
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task An_update_stores_its_event_in_its_round_trip_within_a_transaction(DatabaseKind kind, How how)
    {
        var roundTrips = new RoundTrips();
        await using var desk = await OutboxDesk.OpenAsync(kind, options => options.AddInterceptors(roundTrips));
        var ticket = new Ticket(1, "A");
        desk.Context.Add(ticket);
        await desk.Context.SaveAsync(how);
        roundTrips.Clear();
        ticket.Rename("B");

        await desk.Context.SaveAsync(how);

        (await desk.StoredAsync()).Should().Equal("A opened", "B renamed");
        roundTrips.Commands.Should().ContainSingle().Which.Should().Contain("domain_event_outbox");
        roundTrips.Transactions.Should().Be(1);
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_save_without_events_is_as_it_was(DatabaseKind kind, How how)
    {
        var roundTrips = new RoundTrips();
        await using var desk = await OutboxDesk.OpenAsync(kind, options => options.AddInterceptors(roundTrips));
        desk.Context.Add(new Note { Id = 1, Text = "" });

        await desk.Context.SaveAsync(how);

        roundTrips.Commands.Should().ContainSingle().Which.Should().NotContain("domain_event_outbox");
        roundTrips.Transactions.Should().Be(0);
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Of_several_batches_the_last_one_takes_the_events_along(DatabaseKind kind, How how)
    {
        var roundTrips = new RoundTrips();
        await using var desk = await OutboxDesk.OpenAsync(kind, options => WithSmallBatches(options.AddInterceptors(roundTrips), kind));
        var renamed = new Ticket(1, "A");
        var deleted = new Ticket(2, "B");
        desk.Context.AddRange(renamed, deleted);
        await desk.Context.SaveAsync(how);
        roundTrips.Clear();
        renamed.Rename("C");
        deleted.Close();
        desk.Context.Remove(deleted);
        desk.Context.Add(new Ticket(3, "D"));

        await desk.Context.SaveAsync(how);

        (await desk.StoredAsync()).Should().Equal("A opened", "B opened", "C renamed", "B closed", "D opened");
        roundTrips.Commands.Select(command => command.Contains("domain_event_outbox", StringComparison.Ordinal)).Should().Equal(false, false, true);
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Many_events_are_stored_in_their_order(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        var ticket = new Ticket(1, "A");
        desk.Context.Add(ticket);
        for (var i = 0; i < 50; i++)
        {
            ticket.Raise(new TicketChanged(1, $"{i}"));
        }

        await desk.Context.SaveAsync(how);

        (await desk.StoredAsync()).Should().Equal(["A opened", .. Enumerable.Range(0, 50).Select(i => $"{i}")]);
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task What_before_commit_handlers_raise_and_publish_is_stored_with_the_save(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        desk.Journal.BeforeCommit = async (domainEvent, context, dispatcher) =>
        {
            if (domainEvent.What == "A opened")
            {
                context.Add(new Ticket(2, "B"));
                await dispatcher.PublishAsync(new TicketChanged(1, "published"));
            }
        };
        desk.Context.Add(new Ticket(1, "A"));

        await desk.Context.SaveAsync(how);

        (await desk.StoredAsync()).Should().Equal("A opened", "published", "B opened");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task An_event_of_an_unchanged_aggregate_is_stored_by_a_statement_of_its_own(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        var ticket = new Ticket(1, "A");
        desk.Context.Add(ticket);
        await desk.Context.SaveAsync(how);
        ticket.Close();

        (await desk.Context.SaveAsync(how)).Should().Be(0);

        (await desk.StoredAsync()).Should().Equal("A opened", "A closed");
        ticket.DomainEvents.Should().BeEmpty();
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task So_is_one_whose_changes_need_no_command(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        var stamp = new Stamp();
        desk.Context.Add(stamp);
        await desk.Context.SaveAsync(how);
        stamp.Use("A used");
        desk.Context.Update(stamp);

        await desk.Context.SaveAsync(how);

        (await desk.StoredAsync()).Should().Equal("A used");
        stamp.DomainEvents.Should().BeEmpty();
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_save_that_fails_stores_nothing_and_the_next_one_stores_once(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        await using (var other = desk.OtherContext())
        {
            other.Add(new Ticket(1, "A"));
            await other.SaveChangesAsync();
        }

        var ticket = new Ticket(2, "A");
        desk.Context.Add(ticket);
        await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<DbUpdateException>();
        (await desk.StoredAsync()).Should().BeEmpty();
        ticket.Rename("B");

        await desk.Context.SaveAsync(how);

        (await desk.StoredAsync()).Should().Equal("A opened", "B renamed");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_save_fails_if_the_outbox_cannot_take_its_events(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        var ticket = new Ticket(1, "A");
        desk.Context.Add(ticket);
        await desk.Context.SaveAsync(how);
        await desk.Database.ExecuteAsync("DROP TABLE domain_event_outbox");
        List<Action> changes =
        [
            () => ticket.Rename("B"), // an UPDATE
            () => desk.Context.Add(new Ticket(2, "C")), // an INSERT
            () => desk.Context.Add(NewStamp()), // an INSERT that gives its key back
            () => ticket.Close(), // nothing
        ];
        foreach (var change in changes)
        {
            change();

            await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<DbUpdateException>();

            (await desk.TitlesAsync()).Should().Equal("A");
            (await desk.Database.ExecuteAsync("SELECT COUNT(*) FROM \"Stamp\"")).Should().BeEquivalentTo(0L);
            desk.Context.ChangeTracker.Clear();
            ticket = await desk.Context.Tickets.SingleAsync();
        }
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task An_event_that_is_not_registered_fails_the_save_and_says_what_to_do(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        var ticket = new Ticket(1, "A");
        ticket.Raise(new Unregistered());
        desk.Context.Add(ticket);

        (await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<InvalidOperationException>())
            .Which.Message.Should().Contain(nameof(Unregistered)).And.Contain("AddEvent");

        (await desk.TitlesAsync()).Should().BeEmpty();
        (await desk.StoredAsync()).Should().BeEmpty();
    }

    [PostgreSqlTheory, BothWays]
    public async Task A_context_on_another_database_says_that_its_events_cannot_be_stored(How how)
    {
        await using var file = new SqliteDatabase();
        await using var desk = await OutboxDesk.OpenAsync(DatabaseKind.PostgreSql, addContext: (services, _) =>
            services.AddDbContext<TicketsContext>((provider, builder) => builder.UseDatabase(file).UseDomainEvents(provider)));
        await desk.Context.GetService<IRelationalDatabaseCreator>().CreateTablesAsync();
        desk.Context.Add(new Ticket(1, "A"));

        (await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<InvalidOperationException>())
            .Which.Message.Should().Contain("SqliteConnection").And.Contain("AddEntityFrameworkOutbox");
    }

    private static Stamp NewStamp()
    {
        var stamp = new Stamp();
        stamp.Use("used");
        return stamp;
    }

    private static void WithSmallBatches(DbContextOptionsBuilder options, DatabaseKind kind)
    {
        if (kind == DatabaseKind.PostgreSql)
        {
            options.UseNpgsql(npgsql => npgsql.MaxBatchSize(1));
        }
    }

    private sealed record Unregistered : DomainEvent;
}
