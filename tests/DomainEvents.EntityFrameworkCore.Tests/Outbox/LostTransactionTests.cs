using System.Data.Common;
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

/// <summary>Transactions that end and nobody tells, and who is in them until when.</summary>
public sealed class LostTransactionTests
{
    /// <summary>How a context goes on without a transaction.</summary>
    private enum Leaves
    {
        ByUseTransaction,
        BecauseItsTransactionIsDisposedOf,
        BecauseItIsDisposedOf,
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task As_long_as_the_context_has_a_transaction_that_was_completed_natively_nothing_is_published(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        await desk.Context.Database.OpenConnectionAsync();
        await using var native = await desk.Context.Database.GetDbConnection().BeginTransactionAsync();
        await desk.Context.Database.UseTransactionAsync(native);
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Context.SaveAsync(how);
        await native.RollbackAsync(); // which its caller may not know

        await RefusesAsync(desk);

        (await desk.StoredAsync()).Should().BeEmpty();
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Nor_as_long_as_one_of_several_contexts_has_it(DatabaseKind kind, How how)
    {
        foreach (var leaves in Enum.GetValues<Leaves>())
        {
            await using var desk = await OutboxDesk.OpenAsync(kind);
            await using var connection = await desk.Database.OpenAsync();
            await using var native = await connection.BeginTransactionAsync();
            await using var first = Other(desk, connection);
            await using var second = Other(desk, connection);
            var used = await first.Database.UseTransactionAsync(native);
            await second.Database.UseTransactionAsync(native);
            second.Add(new Ticket(1, "A"));
            await second.SaveAsync(how);
            await native.RollbackAsync();

            await LeaveAsync(first, used!, leaves, how);
            await RefusesAsync(desk);
            await LeaveAsync(second, second.Database.CurrentTransaction!, leaves, how);
            await desk.Dispatcher.PublishAsync(new TicketChanged(1, "later"));

            (await desk.StoredAsync()).Should().Equal("later");
            desk.Logs.WithId(2006).Should().ContainSingle();
        }
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task The_end_of_one_context_is_none_for_another_that_has_the_transaction_still(DatabaseKind kind, How how)
    {
        foreach (var leaves in Enum.GetValues<Leaves>())
        {
            await using var desk = await OutboxDesk.OpenAsync(kind);
            await using var connection = await desk.Database.OpenAsync();
            await using var native = await connection.BeginTransactionAsync();
            await using var first = Other(desk, connection);
            await using var second = Other(desk, connection);
            var used = await first.Database.UseTransactionAsync(native);
            await second.Database.UseTransactionAsync(native);
            first.Add(new Ticket(1, "A"));
            await first.SaveAsync(how);

            await LeaveAsync(first, used!, leaves, how);
            await desk.Dispatcher.PublishAsync(new TicketChanged(1, "between"));
            second.Add(new Ticket(2, "B"));
            await second.SaveAsync(how);
            (await desk.StoredAsync()).Should().BeEmpty();
            await second.Database.CurrentTransaction!.CommitAsync(how);

            (await desk.StoredAsync()).Should().BeEquivalentTo("A opened", "between", "B opened");
            desk.Logs.WithId(2006).Should().BeEmpty();
        }
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Nor_for_one_who_has_enlisted_it(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        await using var connection = await desk.Database.OpenAsync();
        await using var native = await connection.BeginTransactionAsync();
        await using var first = Other(desk, connection);
        await first.Database.UseTransactionAsync(native);
        first.Add(new Ticket(1, "A"));
        await first.SaveAsync(how);
        await using var transaction = desk.Dispatcher.Enlist(native);

        await first.DisposeAsync();
        await how.CommitAsync(transaction);

        (await desk.StoredAsync()).Should().Equal("A opened");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task What_a_context_has_begun_ends_with_it_although_another_one_has_it(DatabaseKind kind, How how)
    {
        foreach (var leaves in new[] { Leaves.BecauseItsTransactionIsDisposedOf, Leaves.BecauseItIsDisposedOf })
        {
            await using var desk = await OutboxDesk.OpenAsync(kind);
            await using var connection = await desk.Database.OpenAsync();
            await using var owner = Other(desk, connection);
            await using var guest = Other(desk, connection);
            await using var transaction = await owner.BeginAsync(how);
            await guest.Database.UseTransactionAsync(transaction.GetDbTransaction());
            guest.Add(new Ticket(1, "A"));
            await guest.SaveAsync(how);

            await LeaveAsync(owner, transaction, leaves, how);
            await desk.Dispatcher.PublishAsync(new TicketChanged(1, "later"));

            (await desk.StoredAsync()).Should().Equal("later");
            await desk.Dispatcher.WhenIdleAsync();
            desk.Journal.RolledBack.Should().Equal("A opened");
        }
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task What_a_context_has_begun_and_left_is_for_the_other_one_to_complete(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        await using var connection = await desk.Database.OpenAsync();
        await using var owner = Other(desk, connection);
        await using var guest = Other(desk, connection);
        var transaction = await owner.BeginAsync(how);
        owner.Add(new Ticket(1, "A"));
        await owner.SaveAsync(how);
        await guest.Database.UseTransactionAsync(transaction.GetDbTransaction());
        await owner.Database.UseTransactionAsync(null);
        await owner.DisposeAsync();

        guest.Add(new Ticket(2, "B"));
        await guest.SaveAsync(how);
        await guest.Database.CurrentTransaction!.CommitAsync(how);

        (await desk.StoredAsync()).Should().Equal("A opened", "B opened");
        desk.Logs.WithId(2006).Should().BeEmpty();
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_transaction_that_the_last_context_leaves_at_its_end_is_in_doubt(DatabaseKind kind, How how)
    {
        foreach (var leaves in new[] { Leaves.ByUseTransaction, Leaves.BecauseItIsDisposedOf })
        {
            await using var desk = await TicketDesk.OpenAsync(kind);
            await using var connection = await desk.Database.OpenAsync();
            await using (var native = await connection.BeginTransactionAsync())
            {
                await using var first = Other(desk, connection);
                var used = await first.Database.UseTransactionAsync(native);
                first.Add(new Ticket(1, "A"));
                await first.SaveAsync(how);
                await LeaveAsync(first, used!, leaves, how);
                await first.DisposeAsync();
                await native.RollbackAsync();
            }

            await using (var next = await connection.BeginTransactionAsync())
            {
                await using var second = Other(desk, connection);
                var used = await second.Database.UseTransactionAsync(next); // Npgsql uses its objects again
                second.Add(new Ticket(2, "B"));
                await second.SaveAsync(how);
                await used!.CommitAsync(how);
            }

            (await desk.PublishedAsync()).Should().Equal("B opened");
            desk.Logs.WithId(2006).Should().ContainSingle();
        }
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_context_without_a_scope_leaves_the_transaction_to_the_others(DatabaseKind kind, How how)
    {
        foreach (var (leaves, enlists) in new[] { (true, false), (false, false), (false, true) })
        {
            await using var desk = await OpenWithFactoryAsync(kind);
            await using var connection = await desk.Database.OpenAsync();
            await using var native = await connection.BeginTransactionAsync();
            await using var first = CreateOn(desk, connection);
            await using var second = CreateOn(desk, connection);
            await first.Database.UseTransactionAsync(native);
            first.Add(Counting(1, "A"));
            await first.SaveAsync(how);
            await second.Database.UseTransactionAsync(native);
            await using var transaction = enlists ? desk.Dispatcher.Enlist(native) : null;
            await (leaves ? first.Database.UseTransactionAsync(null) : Task.CompletedTask);
            await first.DisposeAsync();
            second.Add(Counting(2, "B"));
            await second.SaveAsync(how);
            await (transaction is null ? second.Database.CurrentTransaction!.CommitAsync(how) : how.CommitAsync(transaction));

            (await desk.TitlesAsync()).Should().Equal("A", "B");
            (await desk.StoredAsync()).Should().Equal("A counted", "B counted");
        }
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task And_the_last_of_several_without_a_scope_tells_of_it(DatabaseKind kind, How how)
    {
        await using var desk = await OpenWithFactoryAsync(kind);
        await using var connection = await desk.Database.OpenAsync();
        await using var native = await connection.BeginTransactionAsync();
        await using var first = CreateOn(desk, connection);
        await using var second = CreateOn(desk, connection);
        await first.Database.UseTransactionAsync(native);
        await second.Database.UseTransactionAsync(native);
        first.Add(Counting(1, "A"));
        await first.SaveAsync(how);

        await LeaveAsync(first, first.Database.CurrentTransaction!, Leaves.BecauseItIsDisposedOf, how);
        desk.Logs.WithId(2006).Should().BeEmpty();
        await LeaveAsync(second, second.Database.CurrentTransaction!, Leaves.BecauseItIsDisposedOf, how);

        desk.Logs.WithId(2006).Should().ContainSingle();
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Or_the_scope_that_has_enlisted_it_meanwhile_ends_it(DatabaseKind kind, How how)
    {
        await using var desk = await OpenWithFactoryAsync(kind);
        await using var connection = await desk.Database.OpenAsync();
        await using var native = await connection.BeginTransactionAsync();
        await using var first = CreateOn(desk, connection);
        await first.Database.UseTransactionAsync(native);
        first.Add(Counting(1, "A"));
        await first.SaveAsync(how);
        var scope = desk.Root.CreateAsyncScope();
        var transaction = scope.ServiceProvider.GetRequiredService<IEventDispatcher>().Enlist(native);
        var rolledBack = new TaskCompletionSource();
        transaction.OnRolledBack(_ =>
        {
            rolledBack.SetResult();
            return default;
        });

        await LeaveAsync(first, first.Database.CurrentTransaction!, Leaves.BecauseItIsDisposedOf, how);
        transaction.State.Should().Be(EventTransactionState.Active);
        await scope.DisposeAsync();

        transaction.State.Should().Be(EventTransactionState.RolledBack);
        await rolledBack.Task.WaitAsync(TimeSpan.FromSeconds(30));
        desk.Logs.WithId(2009).Should().ContainSingle();
        (await desk.TitlesAsync()).Should().BeEmpty();
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Nor_if_it_was_wrapped_as_it_began(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind, options => options.AddInterceptors(new Wrapping()));
        await using var transaction = await desk.Context.BeginAsync(how);
        await desk.Dispatcher.PublishAsync(new TicketChanged(1, "in it"));
        await transaction.GetDbTransaction().CommitAsync();
        await RefusesAsync(desk);
        await desk.Context.Database.UseTransactionAsync(null);

        await desk.Dispatcher.PublishAsync(new TicketChanged(1, "later"));

        (await desk.PublishedAsync()).Should().Equal("later");
        desk.Journal.RolledBack.Should().BeEmpty();
        desk.Logs.WithId(2006).Should().ContainSingle();
    }

    [PostgreSqlTheory, BothWays]
    public async Task The_commit_of_a_transaction_that_the_context_has_left_is_not_that_of_the_next(How how)
    {
        await using var desk = await TicketDesk.OpenAsync(DatabaseKind.PostgreSql);
        await using var firstConnection = await desk.Database.OpenAsync();
        await using var secondConnection = await desk.Database.OpenAsync();
        await using var first = await firstConnection.BeginTransactionAsync();
        await using var second = await secondConnection.BeginTransactionAsync();
        desk.Context.Database.SetDbConnection(firstConnection);
        var left = await desk.Context.Database.UseTransactionAsync(first);
        await desk.Context.Database.UseTransactionAsync(null);
        desk.Context.Database.SetDbConnection(secondConnection);
        var used = await desk.Context.Database.UseTransactionAsync(second);
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Context.SaveAsync(how);

        await left!.CommitAsync(how);
        (await desk.PublishedAsync()).Should().BeEmpty();
        await used!.CommitAsync(how);

        (await desk.PublishedAsync()).Should().Equal("A opened");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task The_end_of_a_scope_is_none_for_a_transaction_that_its_context_was_given(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        await using var connection = await desk.Database.OpenAsync();
        await using var native = await connection.BeginTransactionAsync();
        await using (var scope = desk.Root.CreateAsyncScope())
        {
            _ = scope.ServiceProvider.GetRequiredService<IEventDispatcher>();
            await using var context = scope.ServiceProvider.GetRequiredService<TicketsContext>();
            context.Database.SetDbConnection(connection);
            await context.Database.UseTransactionAsync(native);
            context.Add(new Ticket(1, "A"));
            await context.SaveAsync(how);
        }

        await native.CommitAsync();

        (await desk.TitlesAsync()).Should().Equal("A");
        (await desk.PublishedAsync()).Should().BeEmpty();
        desk.Logs.WithId(2006).Should().ContainSingle("nobody tells what became of it");
        desk.Logs.WithId(2009).Should().BeEmpty("nothing was rolled back");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task What_was_committed_natively_and_left_is_not_taken_for_rolled_back(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        await using var transaction = await desk.Context.BeginAsync(how);
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Context.SaveAsync(how);
        await transaction.GetDbTransaction().CommitAsync();
        await desk.Context.Database.UseTransactionAsync(null);

        await desk.Dispatcher.PublishAsync(new TicketChanged(1, "later"));

        (await desk.PublishedAsync()).Should().Equal("later");
        desk.Journal.RolledBack.Should().BeEmpty();
        desk.Logs.WithId(2006).Should().ContainSingle();
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task What_a_context_has_begun_is_left_by_UseTransaction_too(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        await using var transaction = await desk.Context.BeginAsync(how);
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Context.SaveAsync(how);
        await transaction.GetDbTransaction().RollbackAsync();
        await RefusesAsync(desk);

        await desk.Context.Database.UseTransactionAsync(null);
        await desk.Dispatcher.PublishAsync(new TicketChanged(1, "later"));
        await transaction.DisposeAsync(how);
        await desk.Dispatcher.PublishAsync(new TicketChanged(1, "last"));

        (await desk.StoredAsync()).Should().Equal("later", "last");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Nor_if_an_interceptor_has_wrapped_it(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind, options => options.AddInterceptors(new Wrapping()));
        await desk.Context.Database.OpenConnectionAsync();
        await using var native = await desk.Context.Database.GetDbConnection().BeginTransactionAsync();
        _ = how == How.Synchronously ? desk.Context.Database.UseTransaction(native) : await desk.Context.Database.UseTransactionAsync(native);
        desk.Context.Database.CurrentTransaction!.GetDbTransaction().Should().NotBeSameAs(native);
        await desk.Dispatcher.PublishAsync(new TicketChanged(1, "in it"));
        await native.RollbackAsync();

        await RefusesAsync(desk);
        await desk.Context.Database.UseTransactionAsync(null);
        await desk.Dispatcher.PublishAsync(new TicketChanged(1, "later"));

        (await desk.StoredAsync()).Should().Equal("later");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Nor_until_it_is_disposed_of_if_somebody_has_enlisted_it(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        await desk.Context.Database.OpenConnectionAsync();
        await using var native = await desk.Context.Database.GetDbConnection().BeginTransactionAsync();
        await desk.Context.Database.UseTransactionAsync(native);
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Context.SaveAsync(how);
        var transaction = desk.Dispatcher.Enlist(native);
        await native.RollbackAsync();
        await desk.Context.Database.UseTransactionAsync(null);

        await RefusesAsync(desk);
        await transaction.DisposeAsync();
        await desk.Dispatcher.PublishAsync(new TicketChanged(1, "later"));

        (await desk.StoredAsync()).Should().Equal("later");
    }

    [PostgreSqlFact]
    public async Task A_context_that_is_disposed_of_has_no_transaction_any_more()
    {
        await using var desk = await OutboxDesk.OpenAsync(
            DatabaseKind.PostgreSql, addContext: (services, options) => services.AddDbContextFactory<TicketsContext>(options, ServiceLifetime.Scoped));
        await using var first = await desk.Database.OpenAsync();
        await using var second = await desk.Database.OpenAsync();
        await using var native = await first.BeginTransactionAsync();
        await using (var context = desk.Context)
        {
            context.Database.SetDbConnection(first);
            await context.Database.UseTransactionAsync(native);
            await context.Database.UseTransactionAsync(null);
            context.Database.SetDbConnection(second);
            await using var own = await context.Database.BeginTransactionAsync();
            await own.CommitAsync();
        }

        await native.CommitAsync();
        await desk.Dispatcher.PublishAsync(new TicketChanged(1, "later"));

        (await desk.StoredAsync()).Should().Equal("later");
    }

    [PostgreSqlTheory, BothWays]
    public async Task Behind_a_lost_connection_nothing_is_published(How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(DatabaseKind.PostgreSql);
        await using var transaction = await desk.Context.BeginAsync(how);
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Context.SaveAsync(how);
        await ((PostgreSqlDatabase)desk.Database).KillAsync((NpgsqlConnection)desk.Context.Database.GetDbConnection());
        await desk.Context.Awaiting(c => c.Database.ExecuteSqlRawAsync("SELECT 1")).Should().ThrowAsync<NpgsqlException>();

        await RefusesAsync(desk);

        await transaction.Awaiting(t => t.CommitAsync(how)).Should().ThrowAsync<Exception>();
        (await desk.StoredAsync()).Should().BeEmpty();
    }

    /// <summary>Whose contexts from the factory have no scope.</summary>
    private static Task<TicketDesk> OpenWithFactoryAsync(DatabaseKind kind) => OutboxDesk.OpenAsync(
        kind,
        events: events => events.AddEvent<Counted>(),
        addContext: (services, configure) => services.AddDbContextFactory<TicketsContext>(configure));

    private static TicketsContext CreateOn(TicketDesk desk, DbConnection connection)
    {
        var context = desk.Root.GetRequiredService<IDbContextFactory<TicketsContext>>().CreateDbContext();
        context.Database.SetDbConnection(connection);
        return context;
    }

    /// <summary>Of events that no before-commit handler wants: those need a scope.</summary>
    private static Ticket Counting(int id, string title)
    {
        var ticket = new Ticket(id, title);
        ticket.PullDomainEvents();
        ticket.Raise(new Counted($"{title} counted"));
        return ticket;
    }

    private static TicketsContext Other(TicketDesk desk, DbConnection connection)
    {
        var context = new TicketsContext(desk.Context.GetService<DbContextOptions<TicketsContext>>());
        context.Database.SetDbConnection(connection);
        return context;
    }

    private static Task LeaveAsync(TicketsContext context, IDbContextTransaction transaction, Leaves leaves, How how) => leaves switch
    {
        Leaves.ByUseTransaction => context.Database.UseTransactionAsync(null),
        Leaves.BecauseItsTransactionIsDisposedOf => transaction.DisposeAsync(how),
        _ when how == How.Synchronously => Task.Run(context.Dispose),
        _ => context.DisposeAsync().AsTask(),
    };

    private static Task RefusesAsync(TicketDesk desk) =>
        desk.Awaiting(d => d.Dispatcher.PublishAsync(new TicketChanged(1, "behind it")).AsTask())
            .Should().ThrowAsync<InvalidOperationException>().WithMessage("*UseTransaction(null)*");

    private sealed record Counted(string What) : DomainEvent;

    /// <summary>As a profiler does.</summary>
    private sealed class Wrapping : DbTransactionInterceptor
    {
        public override DbTransaction TransactionStarted(DbConnection connection, TransactionEndEventData eventData, DbTransaction result) =>
            new Wrapped(result);

        public override ValueTask<DbTransaction> TransactionStartedAsync(
            DbConnection connection, TransactionEndEventData eventData, DbTransaction result, CancellationToken cancellationToken = default) =>
            new(new Wrapped(result));

        public override DbTransaction TransactionUsed(DbConnection connection, TransactionEventData eventData, DbTransaction result) =>
            new Wrapped(result);

        public override ValueTask<DbTransaction> TransactionUsedAsync(
            DbConnection connection, TransactionEventData eventData, DbTransaction result, CancellationToken cancellationToken = default) =>
            new(new Wrapped(result));
    }

    private sealed class Wrapped(DbTransaction real) : DbTransaction
    {
        public override System.Data.IsolationLevel IsolationLevel => real.IsolationLevel;

        protected override DbConnection? DbConnection => real.Connection;

        public override void Commit() => real.Commit();

        public override void Rollback() => real.Rollback();
    }
}
