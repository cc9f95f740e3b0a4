using System.Data.Common;
using System.Transactions;
using DomainEvents.EntityFrameworkCore.Tests.Scenario;
using DomainEvents.TestSupport.Databases;
using DomainEvents.Transactions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace DomainEvents.EntityFrameworkCore.Tests.Outbox;

public sealed class StoredTransactionTests
{
    [Theory, SqliteData, PostgreSqlData]
    public async Task Events_are_stored_by_each_save_and_committed_with_the_transaction(DatabaseKind kind, How how)
    {
        var roundTrips = new RoundTrips();
        await using var desk = await OutboxDesk.OpenAsync(kind, options => options.AddInterceptors(roundTrips));
        await using var transaction = await desk.Context.BeginAsync(how);
        var ticket = new Ticket(1, "A");
        desk.Context.Add(ticket);
        await desk.Context.SaveAsync(how);
        ticket.Rename("B");
        await desk.Context.SaveAsync(how);
        roundTrips.Commands.Should().HaveCount(2).And.OnlyContain(command => command.Contains("domain_event_outbox"));
        (await desk.StoredAsync()).Should().BeEmpty();

        await transaction.CommitAsync(how);

        (await desk.StoredAsync()).Should().Equal("A opened", "B renamed");
        (await desk.PublishedAsync()).Should().BeEmpty();
        ticket.DomainEvents.Should().BeEmpty();
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task What_is_rolled_back_or_disposed_of_stores_nothing(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        for (var i = 1; i <= 2; i++)
        {
            var transaction = await desk.Context.BeginAsync(how);
            desk.Context.Add(new Ticket(i, "A"));
            await desk.Context.SaveAsync(how);
            await desk.Dispatcher.PublishAsync(new TicketChanged(0, "bulk"));
            await (i == 1 ? transaction.RollbackAsync(how) : Task.CompletedTask);
            await transaction.DisposeAsync(how);
            desk.Context.ChangeTracker.Clear();
        }

        (await desk.StoredAsync()).Should().BeEmpty();
        (await desk.PublishedAsync()).Should().BeEmpty();
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task What_the_dispatcher_publishes_is_stored_by_the_next_save_or_by_the_commit(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        await using var transaction = await desk.Context.BeginAsync(how);
        await desk.Dispatcher.PublishAsync(new TicketChanged(0, "first"));
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Context.SaveAsync(how);
        await desk.Dispatcher.PublishAsync(new TicketChanged(0, "last"));

        await transaction.CommitAsync(how);

        (await desk.StoredAsync()).Should().Equal("first", "A opened", "last");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_savepoint_takes_back_what_was_stored_behind_it(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        await using var transaction = await desk.Context.BeginAsync(how);
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Context.SaveAsync(how);
        await transaction.CreateSavepointAsync("one", how);
        desk.Context.Add(new Ticket(2, "B"));
        await desk.Context.SaveAsync(how);
        await transaction.RollbackToSavepointAsync("one", how);
        desk.Context.ChangeTracker.Clear();
        desk.Context.Add(new Ticket(3, "C"));
        await desk.Context.SaveAsync(how);

        await transaction.CommitAsync(how);

        (await desk.StoredAsync()).Should().Equal("A opened", "C opened");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task An_older_event_that_was_stored_behind_it_is_stored_again(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        await using var transaction = await desk.Context.BeginAsync(how);
        await desk.Dispatcher.PublishAsync(new TicketChanged(0, "bulk"));
        await transaction.CreateSavepointAsync("one", how);
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Context.SaveAsync(how); // stores both
        await transaction.RollbackToSavepointAsync("one", how);
        desk.Context.ChangeTracker.Clear();

        await transaction.CommitAsync(how);

        (await desk.StoredAsync()).Should().Equal("bulk");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_unit_of_work_inside_can_still_discard_what_was_saved_in_it(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        await using var transaction = await desk.Context.BeginAsync(how);
        foreach (var id in (int[])[1, 2])
        {
            await using var inside = desk.Dispatcher.Begin();
            desk.Context.Add(new Ticket(id, $"{id}"));
            await desk.Context.SaveAsync(how);
            await (id == 1 ? how.CommitAsync(inside) : how.RollbackAsync(inside));
        }

        await transaction.CommitAsync(how);

        (await desk.StoredAsync()).Should().Equal("1 opened");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_unit_of_work_around_decides_about_no_event_whose_rows_are_committed(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        var ticket = new Ticket(1, "A");
        await using (desk.Dispatcher.Begin())
        {
            desk.Context.Add(ticket);
            await desk.Context.SaveAsync(how);
            await using var transaction = await desk.Context.BeginAsync(how);
            ticket.Rename("B");
            await desk.Context.SaveAsync(how);
            await transaction.CommitAsync(how);
            await desk.Dispatcher.PublishAsync(new TicketChanged(0, "bulk"));
        }

        (await desk.StoredAsync()).Should().Equal("A opened", "B renamed");
        (await desk.PublishedAsync()).Should().BeEmpty();
        desk.Journal.RolledBack.Should().Equal("bulk");
        ticket.DomainEvents.Should().BeEmpty();
        ticket.Touch();
        await desk.Context.SaveAsync(how);
        (await desk.StoredAsync()).Should().Equal("A opened", "B renamed");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_save_in_a_unit_of_work_whose_commit_failed_was_taken_for_stored(DatabaseKind kind, How how)
    {
        var fault = new FailingCommits();
        await using var desk = await OutboxDesk.OpenAsync(kind, options => options.AddInterceptors(fault));
        await using var around = desk.Dispatcher.Begin();
        desk.Context.AddRange(new Ticket(1, "A"), new Note { Id = 1, Text = "so that there is a commit" });
        fault.Left = 1;
        await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<Exception>();

        await desk.Context.SaveAsync(how);

        (await desk.StoredAsync()).Should().Equal("A opened");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Two_contexts_on_one_transaction_store_in_it(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        await using var scope = desk.Root.CreateAsyncScope();
        var second = scope.ServiceProvider.GetRequiredService<TicketsContext>();
        await using var transaction = await desk.Context.BeginAsync(how);
        second.Database.SetDbConnection(desk.Context.Database.GetDbConnection(), contextOwnsConnection: false);
        await second.Database.UseTransactionAsync(transaction.GetDbTransaction());
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Context.SaveAsync(how);
        second.Add(new Ticket(2, "B"));
        await second.SaveAsync(how);

        await transaction.CommitAsync(how);

        (await desk.StoredAsync()).Should().Equal("A opened", "B opened");
        (await desk.PublishedAsync()).Should().BeEmpty();
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_transaction_of_ado_net_stores_through_enlist_and_through_its_own_commit(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        await desk.Context.Database.OpenConnectionAsync();
        foreach (var id in (int[])[1, 2])
        {
            await using var native = await desk.Context.Database.GetDbConnection().BeginTransactionAsync();
            await using var events = id == 1 ? desk.Dispatcher.Enlist(native) : null;
            await desk.Context.Database.UseTransactionAsync(native);
            desk.Context.Add(new Ticket(id, $"{id}"));
            await desk.Context.SaveAsync(how);
            await (events is not null ? how.CommitAsync(events) : native.CommitAsync());
            await desk.Context.Database.UseTransactionAsync(null);
        }

        (await desk.StoredAsync()).Should().Equal("1 opened", "2 opened");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task What_is_enlisted_in_a_transaction_of_a_context_without_an_outbox_is_stored(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(
            kind,
            addContext: (services, configure) => services.AddDbContext<TicketsContext>(configure).AddDbContext<BareContext>(configure));
        await using var scope = desk.Root.CreateAsyncScope();
        var bare = scope.ServiceProvider.GetRequiredService<BareContext>();
        await using var transaction = await bare.Database.BeginTransactionAsync();
        var events = scope.ServiceProvider.GetRequiredService<IEventDispatcher>().Enlist(transaction.GetDbTransaction());
        events.Enqueue(new TicketChanged(1, "enlisted"));

        await transaction.CommitAsync(how);

        (await desk.StoredAsync()).Should().Equal("enlisted");
        (await desk.PublishedAsync()).Should().BeEmpty();
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task What_a_native_commit_has_committed_is_not_stored_again_by_the_next_save(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        await desk.Context.Database.OpenConnectionAsync();
        await using (var native = await desk.Context.Database.GetDbConnection().BeginTransactionAsync())
        {
            await desk.Context.Database.UseTransactionAsync(native);
            desk.Context.Add(new Ticket(1, "A"));
            await desk.Context.SaveAsync(how);
            await native.CommitAsync();
        }

        await desk.Context.Database.UseTransactionAsync(null);
        desk.Context.Add(new Ticket(2, "B"));
        await desk.Context.SaveAsync(how);

        (await desk.StoredAsync()).Should().Equal("A opened", "B opened");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task What_a_native_rollback_has_taken_back_is_stored_with_the_rows_that_are_saved_again(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        await desk.Context.Database.OpenConnectionAsync();
        desk.Context.Add(new Ticket(1, "A"));
        await using (var native = await desk.Context.Database.GetDbConnection().BeginTransactionAsync())
        {
            await desk.Context.Database.UseTransactionAsync(native);
            await desk.Context.SaveChangesAsync(acceptAllChangesOnSuccess: false);
            await native.RollbackAsync();
        }

        await desk.Context.Database.UseTransactionAsync(null);
        await desk.Context.SaveAsync(how);

        (await desk.TitlesAsync()).Should().Equal("A");
        (await desk.StoredAsync()).Should().Equal("A opened");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task What_a_native_rollback_has_taken_back_of_an_aggregate_that_is_not_tracked_stays_on_it(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        await desk.Context.Database.OpenConnectionAsync();
        var untracked = new Ticket(1, "A"); // somebody else writes its row
        await using (var native = await desk.Context.Database.GetDbConnection().BeginTransactionAsync())
        {
            await desk.Context.Database.UseTransactionAsync(native);
            await desk.Dispatcher.PublishFromAsync(untracked);
            desk.Context.Add(new Ticket(2, "B"));
            await desk.Context.SaveAsync(how);
            await native.RollbackAsync();
        }

        await desk.Context.Database.UseTransactionAsync(null);
        await desk.Dispatcher.PublishFromAsync(untracked);

        (await desk.StoredAsync()).Should().Equal("A opened");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task What_is_published_behind_a_native_commit_is_stored(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        await desk.Context.Database.OpenConnectionAsync();
        await using (var native = await desk.Context.Database.GetDbConnection().BeginTransactionAsync())
        {
            await desk.Context.Database.UseTransactionAsync(native);
            desk.Context.Add(new Ticket(1, "A"));
            await desk.Context.SaveAsync(how);
            await native.CommitAsync();
        }

        await desk.Context.Database.UseTransactionAsync(null);
        await desk.Dispatcher.PublishAsync(new TicketChanged(1, "published behind it"));
        desk.Context.Add(new Ticket(2, "B"));
        await desk.Context.SaveAsync(how);

        (await desk.StoredAsync()).Should().Equal("A opened", "published behind it", "B opened");
    }

    [Theory, PostgreSqlData]
    public async Task A_commit_that_PostgreSQL_turns_into_a_rollback_leaves_no_event(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        await using var transaction = await desk.Context.BeginAsync(how);
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Context.SaveAsync(how);
        await desk.Context.Awaiting(context => context.Database.ExecuteSqlRawAsync("SELECT 1 / 0")).Should().ThrowAsync<Npgsql.PostgresException>();

        await desk.Awaiting(_ => transaction.CommitAsync(how)).Should().ThrowAsync<Exception>("there is a handler for rollbacks");

        (await desk.StoredAsync()).Should().BeEmpty();
        (await desk.TitlesAsync()).Should().BeEmpty();
    }

    [Theory, PostgreSqlData]
    public async Task Saves_in_a_TransactionScope_store_on_its_connection(DatabaseKind kind, How how)
    {
        var roundTrips = new RoundTrips();
        await using var desk = await OutboxDesk.OpenAsync(kind, options => options.AddInterceptors(roundTrips));
        var ticket = new Ticket(1, "A");
        using (var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            desk.Context.Add(ticket);
            await desk.Context.SaveAsync(how);
            roundTrips.Commands.Should().ContainSingle().Which.Should().Contain("domain_event_outbox");
            ticket.Rename("B");
            await desk.Context.SaveAsync(how);
            ticket.Close();
            await desk.Context.SaveAsync(how); // no row to write
            scope.Complete();
        }

        await desk.PublishedAsync();
        (await desk.StoredAsync()).Should().Equal("A opened", "B renamed", "B closed");
        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            ticket.Rename("C");
            await desk.Context.SaveAsync(how);
        }

        (await desk.StoredAsync()).Should().HaveCount(3);
        (await desk.PublishedAsync()).Should().BeEmpty();
    }

    [Theory, PostgreSqlData]
    public async Task In_a_TransactionScope_a_unit_of_work_inside_cannot_take_back_what_is_stored(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        var ticket = new Ticket(1, "A");
        using (var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            await using (desk.Dispatcher.Begin())
            {
                desk.Context.Add(ticket);
                await desk.Context.SaveAsync(how);
            }

            ticket.Rename("B");
            await desk.Context.SaveAsync(how);
            scope.Complete();
        }

        await desk.PublishedAsync();
        (await desk.StoredAsync()).Should().Equal("A opened", "B renamed");
        ticket.DomainEvents.Should().BeEmpty();
    }

    [PostgreSqlFact]
    public async Task In_a_TransactionScope_the_dispatcher_alone_has_nothing_to_store_with_and_says_so()
    {
        await using var desk = await OutboxDesk.OpenAsync(DatabaseKind.PostgreSql);
        using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);

        await desk.Awaiting(d => d.Dispatcher.PublishAsync(new TicketChanged(1, "bulk")).AsTask())
            .Should().ThrowAsync<InvalidOperationException>().WithMessage("*TransactionScope*");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_strategy_that_retries_stores_once(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        var failures = 2;

        await new RetryTimeouts(desk.Context).ExecuteAsync(async () =>
        {
            desk.Context.ChangeTracker.Clear();
            await using var transaction = await desk.Context.BeginAsync(how);
            desk.Context.Add(new Ticket(1, "A"));
            await desk.Context.SaveAsync(how);
            if (failures-- > 0)
            {
                throw new TimeoutException();
            }

            await transaction.CommitAsync(how);
        });

        (await desk.StoredAsync()).Should().Equal("A opened");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_save_that_its_own_strategy_does_again_stores_once(DatabaseKind kind, How how)
    {
        var fault = new FailingCommits();
        await using var desk = await OutboxDesk.OpenAsync(kind, options => WithRetries(options.AddInterceptors(fault), kind));
        var ticket = new Ticket(1, "A");
        desk.Context.Add(ticket);
        await desk.Context.SaveAsync(how);
        ticket.Rename("B");
        fault.Left = 2;

        await desk.Context.SaveAsync(how);

        fault.Left.Should().Be(0);
        (await desk.StoredAsync()).Should().Equal("A opened", "B renamed");
        (await desk.PublishedAsync()).Should().BeEmpty();
    }

    private static void WithRetries(DbContextOptionsBuilder options, DatabaseKind kind)
    {
        if (kind == DatabaseKind.Sqlite)
        {
            options.UseSqlite(sqlite => sqlite.ExecutionStrategy(dependencies => new RetryTimeouts(dependencies)));
        }
        else
        {
            options.UseNpgsql(npgsql => npgsql.ExecutionStrategy(dependencies => new RetryTimeouts(dependencies)));
        }
    }

    /// <summary>Tells of its transactions, but is not one of those whose events are stored.</summary>
    private sealed class BareContext(DbContextOptions<BareContext> options) : DbContext(options);
}
