using DomainEvents.EntityFrameworkCore.Tests.Scenario;
using DomainEvents.TestSupport.Databases;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace DomainEvents.EntityFrameworkCore.Tests.Contexts;

/// <summary>Beside interceptors of the user.</summary>
public sealed class InterceptorTests
{
    [Theory, SqliteData, PostgreSqlData]
    public async Task Events_that_an_interceptor_raises_in_front_of_the_save_are_seen(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind, options => options.AddInterceptors(new Saving(context =>
            context.ChangeTracker.Entries<Ticket>().Single().Entity.Close())));
        desk.Context.Add(new Ticket(1, "A"));

        await desk.Context.SaveAsync(how);

        (await desk.PublishedAsync()).Should().Equal("A opened", "A closed");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task What_an_interceptor_behind_us_changes_is_still_detected(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind, addContext: (services, options) => services.AddContextWith(
            options, later => later.AddInterceptors(new Saving(context => context.ChangeTracker.Entries<Ticket>().Single().Entity.Touch()))));
        var ticket = new Ticket(1, "A");
        desk.Context.Add(ticket);
        await desk.Context.SaveAsync(how);
        ticket.Close();

        await desk.Context.SaveAsync(how);

        await using var other = desk.OtherContext();
        (await other.Tickets.SingleAsync()).Version.Should().Be(2);
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Changes_are_detected_once_and_once_more_behind_handlers_and_automatically_again_after_any_end(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        var detections = 0;
        desk.Context.ChangeTracker.DetectingAllChanges += (_, _) => detections++;
        desk.Context.Attach(new Ticket(1, "A"));
        detections = 0;

        await desk.Context.SaveAsync(how);

        detections.Should().Be(2, "a before-commit handler has run");
        await desk.Context.SaveAsync(how);
        detections.Should().Be(3);
        desk.Context.ChangeTracker.AutoDetectChangesEnabled.Should().BeTrue();
        desk.Context.ChangeTracker.Clear();
        desk.Context.AddRange(new Ticket(2, "B"), new Ticket(3, "B"));
        await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<DbUpdateException>();
        desk.Context.ChangeTracker.AutoDetectChangesEnabled.Should().BeTrue();
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task An_interceptor_that_throws_behind_us_in_front_of_the_save_leaves_nothing_open(DatabaseKind kind, How how)
    {
        var fails = true;
        await using var desk = await TicketDesk.OpenAsync(kind, addContext: (services, options) => services.AddContextWith(
            options, later => later.AddInterceptors(new Saving(_ => ThrowIf(fails)))));
        desk.Context.Add(new Ticket(1, "A"));

        await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<TimeoutException>();

        desk.Dispatcher.Current.Should().BeNull();
        fails = false;
        await desk.Context.SaveAsync(how);
        (await desk.PublishedAsync()).Should().Equal("A opened");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_transaction_behind_a_save_that_an_interceptor_made_fail_was_taken_for_that_of_the_save(DatabaseKind kind, How how)
    {
        var fails = true;
        await using var desk = await TicketDesk.OpenAsync(kind, addContext: (services, options) => services.AddContextWith(
            options, later => later.AddInterceptors(new Saving(_ => ThrowIf(fails)))));
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<TimeoutException>();
        fails = false;
        await using (var transaction = await desk.Context.BeginAsync(how))
        {
            await desk.Context.SaveAsync(how);
            (await desk.PublishedAsync()).Should().BeEmpty();

            await transaction.RollbackAsync(how);
        }

        (await desk.PublishedAsync()).Should().BeEmpty();
        (await desk.TitlesAsync()).Should().BeEmpty();
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_conflict_of_an_interceptors_own_left_changes_undetected_from_then_on(DatabaseKind kind, How how)
    {
        var refuse = new ThrowOnCommit { Active = true, Refusal = new DbUpdateConcurrencyException() };
        await using var desk = await TicketDesk.OpenAsync(kind, options => options.AddInterceptors(refuse));
        var ticket = new Ticket(1, "A");
        desk.Context.AddRange(ticket, new Ticket(2, "B"));
        await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<DbUpdateConcurrencyException>();
        refuse.Active = false;

        await desk.Context.SaveAsync(how);

        desk.Context.ChangeTracker.AutoDetectChangesEnabled.Should().BeTrue();
        (await desk.PublishedAsync()).Should().Equal("A opened", "B opened");
        ticket.Touch();
        (await desk.Context.SaveAsync(how)).Should().Be(1);
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task An_interceptor_that_throws_behind_a_committed_save_loses_nothing(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind, options => options.AddInterceptors(new ThrowWhenSaved()));
        desk.Context.Add(new Ticket(1, "A"));

        await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<TimeoutException>();

        (await desk.PublishedAsync()).Should().Equal("A opened");
        (await desk.TitlesAsync()).Should().Equal("A");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task An_interceptor_that_throws_in_front_of_a_commit_lets_it_be_tried_again(DatabaseKind kind, How how)
    {
        var refuse = new ThrowOnCommit { Active = true };
        await using var desk = await TicketDesk.OpenAsync(kind, options => options.AddInterceptors(refuse));
        await using var transaction = await desk.Context.BeginAsync(how);
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Context.SaveAsync(how);
        await desk.Awaiting(_ => transaction.CommitAsync(how)).Should().ThrowAsync<TimeoutException>();
        (await desk.PublishedAsync()).Should().BeEmpty();
        refuse.Active = false;

        await transaction.CommitAsync(how);

        (await desk.PublishedAsync()).Should().Equal("A opened");
        (await desk.TitlesAsync()).Should().Equal("A");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_token_that_is_cancelled_once_the_commit_is_done_changes_nothing(DatabaseKind kind, How how)
    {
        _ = how; // there is no token in a synchronous save
        using var cancellation = new CancellationTokenSource();
        await using var desk = await TicketDesk.OpenAsync(kind, addContext: (services, options) => services.AddContextWith(
            options, later => later.AddInterceptors(new Committed(cancellation.Cancel))));
        desk.Context.AddRange(new Ticket(1, "A"), new Ticket(2, "B"));

        await Record.ExceptionAsync(() => desk.Context.SaveChangesAsync(cancellation.Token));

        cancellation.IsCancellationRequested.Should().BeTrue();
        (await desk.TitlesAsync()).Should().Equal("A", "B");
        (await desk.PublishedAsync()).Should().Equal("A opened", "B opened");
    }

    private static void ThrowIf(bool condition)
    {
        if (condition)
        {
            throw new TimeoutException();
        }
    }

    private sealed class Saving(Action<DbContext> work) : SaveChangesInterceptor
    {
        public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
        {
            work(eventData.Context!);
            return result;
        }

        public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
            DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) =>
            new(SavingChanges(eventData, result));
    }

    private sealed class ThrowWhenSaved : SaveChangesInterceptor
    {
        public override int SavedChanges(SaveChangesCompletedEventData eventData, int result) => throw new TimeoutException();

        public override ValueTask<int> SavedChangesAsync(
            SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default) =>
            throw new TimeoutException();
    }

    private sealed class ThrowOnCommit : DbTransactionInterceptor
    {
        public bool Active { get; set; }

        public Exception Refusal { get; init; } = new TimeoutException();

        public override InterceptionResult TransactionCommitting(
            System.Data.Common.DbTransaction transaction, TransactionEventData eventData, InterceptionResult result) =>
            Active ? throw Refusal : result;

        public override ValueTask<InterceptionResult> TransactionCommittingAsync(
            System.Data.Common.DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) =>
            new(TransactionCommitting(transaction, eventData, result));
    }

    private sealed class Committed(Action work) : DbTransactionInterceptor
    {
        public override Task TransactionCommittedAsync(
            System.Data.Common.DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            work();
            return Task.CompletedTask;
        }
    }
}
