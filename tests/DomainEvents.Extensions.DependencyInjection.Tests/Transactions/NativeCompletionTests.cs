using System.Data.Common;
using DomainEvents.TestSupport.Databases;
using DomainEvents.Transactions;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DomainEvents.Tests.Transactions;

/// <summary>Database transactions that are committed or rolled back past the <see cref="EventTransaction"/> that they are enlisted in.</summary>
public class NativeCompletionTests
{
    [Theory, SqliteData, PostgreSqlData]
    public async Task It_is_reported_at_the_commit_and_nothing_is_published(DatabaseKind kind, How how)
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(kind);
        await using var connection = await database.OpenAsync();
        await using var real = await connection.BeginTransactionAsync();
        await using var transaction = desk.Dispatcher.Enlist(real);
        await desk.NoteAsync("1");
        transaction.OnCommitted(desk.Callback("committed"));
        transaction.OnRolledBack(desk.Callback("rolled back"));
        await real.CommitAsync();

        await transaction.Awaiting(t => how.CommitAsync(t)).Should().ThrowAsync<InvalidOperationException>()
            .WithMessage("*committed or rolled back directly*none was published*EventTransaction that Enlist returned*");
        await desk.IdleAsync();

        transaction.State.Should().Be(EventTransactionState.InDoubt);
        desk.Journal.All.Should().Equal("completed 1");
        desk.Logs.WithId(2006).Should().ContainSingle().Which.Level.Should().Be(LogLevel.Error);
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task It_is_reported_at_the_disposal_and_nothing_is_published(DatabaseKind kind, How how)
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(kind);
        await using var connection = await database.OpenAsync();
        await using var real = await connection.BeginTransactionAsync();
        var transaction = desk.Dispatcher.Enlist(real);
        await desk.NoteAsync("1");
        await real.CommitAsync();

        await how.DisposeAsync(transaction);
        await desk.IdleAsync();

        transaction.State.Should().Be(EventTransactionState.InDoubt);
        desk.Journal.All.Should().Equal("completed 1");
        desk.Logs.WithId(2006).Should().ContainSingle().Which.Level.Should().Be(LogLevel.Error);
        desk.Logs.WithId(2005).Should().BeEmpty();
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Its_events_are_never_attached_to_the_next_transaction(DatabaseKind kind, How how)
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(kind);
        await using var connection = await database.OpenAsync();
        await using (var real = await connection.BeginTransactionAsync())
        {
            await using var transaction = desk.Dispatcher.Enlist(real);
            await desk.NoteAsync("of the first");
            real.Rollback();
        }

        await using (var real = await connection.BeginTransactionAsync())
        {
            await using var transaction = desk.Dispatcher.Enlist(real);
            await desk.NoteAsync("of the second");
            await how.CommitAsync(transaction);
        }

        await desk.IdleAsync();
        desk.Published.Should().Equal("of the second");
        desk.Logs.WithId(2006).Should().ContainSingle();
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Nothing_more_is_published_behind_it_until_it_is_disposed_of(DatabaseKind kind, How how)
    {
        foreach (var commits in new[] { true, false })
        {
            await using var desk = new Desk();
            await using var database = await TestDatabase.CreateAsync(kind);
            await using var connection = await database.OpenAsync();
            await using var real = await connection.BeginTransactionAsync();
            var transaction = desk.Dispatcher.Enlist(real);
            await desk.NoteAsync("in it");
            await (commits ? real.CommitAsync() : real.RollbackAsync());

            await RefusesAllAsync(desk);
            await how.DisposeAsync(transaction);
            await desk.NoteAsync("later");
            await desk.IdleAsync();

            desk.Journal.All.Should().BeEquivalentTo("completed in it", "before later", "after later", "completed later");
            desk.Logs.WithId(2006).Should().ContainSingle();
        }
    }

    [PostgreSqlFact]
    public async Task Nor_behind_a_lost_connection()
    {
        await using var desk = new Desk();
        await using var database = (PostgreSqlDatabase)await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        await using var connection = (NpgsqlConnection)await database.OpenAsync();
        await using var real = await connection.BeginTransactionAsync();
        await using var transaction = desk.Dispatcher.Enlist(real);
        await database.KillAsync(connection);
        await connection.Awaiting(c => database.InsertAsync(c, 1, real)).Should().ThrowAsync<NpgsqlException>();

        await RefusesAllAsync(desk);

        await transaction.Awaiting(t => t.CommitAsync().AsTask()).Should().ThrowAsync<InvalidOperationException>();
        await desk.IdleAsync();
        desk.Published.Should().BeEmpty();
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Nor_in_a_transaction_that_was_begun_inside_it(DatabaseKind kind, How how)
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(kind);
        await using var connection = await database.OpenAsync();
        await using var real = await connection.BeginTransactionAsync();
        await using var transaction = desk.Dispatcher.Enlist(real);
        var inner = desk.Dispatcher.Begin();
        await real.CommitAsync();

        await RefusesAllAsync(desk);

        await how.DisposeAsync(inner);
        await RefusesAllAsync(desk);
    }

    [Fact]
    public async Task A_transaction_with_a_database_of_its_own_inside_it_goes_on()
    {
        await using var desk = new Desk();
        await using var first = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await using var second = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await using var outerConnection = await first.OpenAsync();
        await using var innerConnection = await second.OpenAsync();
        await using var outerReal = await outerConnection.BeginTransactionAsync();
        await using var innerReal = await innerConnection.BeginTransactionAsync();
        await using var outer = desk.Dispatcher.Enlist(outerReal);
        await using var inner = desk.Dispatcher.Enlist(innerReal);
        await outerReal.CommitAsync();

        await desk.NoteAsync("inside");
        await inner.RollbackAsync();

        desk.Journal.All.Should().Contain("rolled back inside");
        await RefusesAllAsync(desk);
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Another_one_that_is_enlisted_meanwhile_neither_joins_nor_ends_it(DatabaseKind kind, How how)
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(kind);
        await using var connection = await database.OpenAsync();
        await using var real = await connection.BeginTransactionAsync();
        await using var lost = desk.Dispatcher.Enlist(real);
        await desk.NoteAsync("in it");
        await using var inner = desk.Dispatcher.Begin();
        await real.RollbackAsync();

        await using (var otherConnection = await database.OpenAsync())
        await using (var otherReal = await otherConnection.BeginTransactionAsync())
        await using (var other = desk.Dispatcher.Enlist(otherReal))
        {
            await desk.NoteAsync("in the other");
            await how.CommitAsync(other);
        }

        await RefusesAllAsync(desk);
        desk.Published.Should().Equal("in the other");
        await lost.Awaiting(t => how.CommitAsync(t)).Should().ThrowAsync<InvalidOperationException>();
        lost.State.Should().Be(EventTransactionState.Active, "one is open inside");
        await how.DisposeAsync(inner);
        await lost.Awaiting(t => how.CommitAsync(t)).Should().ThrowAsync<InvalidOperationException>()
            .WithMessage("*committed or rolled back directly*none was published*");
    }

    [Fact]
    public async Task A_commit_through_the_EventTransaction_is_none_at_any_moment()
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await using var connection = await database.OpenAsync();
        await using var unitOfWork = desk.Dispatcher.Begin();
        await using var real = new InterceptedTransaction(await connection.BeginTransactionAsync());
        await using var transaction = desk.Dispatcher.Enlist(real);
        real.AfterCommit = () => desk.Dispatcher.PublishAsync(new Noted("between COMMIT and its end"));

        transaction.Commit();
        await unitOfWork.CommitAsync();

        desk.Published.Should().Equal("between COMMIT and its end");
    }

    private static async Task RefusesAllAsync(Desk desk)
    {
        const string Told = "*committed or rolled back directly, or its connection is lost*Dispose of the EventTransaction first*";
        await desk.Awaiting(d => d.NoteAsync("behind it").AsTask()).Should().ThrowAsync<InvalidOperationException>().WithMessage(Told);
        desk.Dispatcher.Invoking(d => d.OnCommitted(desk.Callback("behind it"))).Should().Throw<InvalidOperationException>().WithMessage(Told);
        desk.Dispatcher.Invoking(d => d.Begin()).Should().Throw<InvalidOperationException>().WithMessage(Told);
        await desk.IdleAsync();
        desk.Journal.All.Should().NotContain(entry => entry.Contains("behind it"));
    }

    [PostgreSqlTheory, BothWays]
    public async Task A_transaction_object_that_the_provider_uses_again_starts_anew(How how)
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        await using var connection = await database.OpenAsync();
        var objects = new List<DbTransaction>();
        var transactions = new List<EventTransaction>();
        foreach (var text in new[] { "1", "2", "3" })
        {
            await using var real = await connection.BeginTransactionAsync();
            await using var transaction = desk.Dispatcher.Enlist(real);
            await desk.NoteAsync(text);
            await (text == "2" ? how.RollbackAsync(transaction) : how.CommitAsync(transaction));
            objects.Add(real);
            transactions.Add(transaction);
        }

        await desk.IdleAsync();
        objects.Distinct().Should().ContainSingle("Npgsql uses its objects again");
        transactions.Should().OnlyHaveUniqueItems();
        desk.Published.Should().BeEquivalentTo("1", "3");
    }

    [PostgreSqlTheory, BothWays]
    public async Task An_object_used_again_by_another_connection_is_neither_joined_nor_rolled_back(How how)
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        EventTransaction leftOpen;
        DbTransaction first;
        await using (var connection = await database.OpenAsync())
        {
            first = await connection.BeginTransactionAsync();
            leftOpen = desk.Dispatcher.Enlist(first);
            await desk.NoteAsync("left open");
            await first.CommitAsync();
            await first.DisposeAsync();
        }

        await using var scope = desk.OpenScope();
        var other = (IEventDispatcher)scope.ServiceProvider.GetService(typeof(IEventDispatcher))!;
        await using var next = (NpgsqlConnection)await database.OpenAsync();
        await using var second = await next.BeginTransactionAsync();
        second.Should().BeSameAs(first, "the pool hands the same physical connection out again");
        await using var transaction = other.Enlist(second);
        transaction.Should().NotBeSameAs(leftOpen);
        await database.InsertAsync(next, 1, second);
        await other.PublishAsync(new Noted("of the second"));

        await how.DisposeAsync(leftOpen);
        other.Enlist(second).Should().BeSameAs(transaction);
        await how.CommitAsync(transaction);
        await other.WhenIdleAsync();

        leftOpen.State.Should().Be(EventTransactionState.InDoubt);
        desk.Published.Should().Equal("of the second");
        (await database.CountAsync()).Should().Be(1);
    }

    [Fact]
    public async Task A_rollback_that_finds_it_completed_does_not_throw_but_reports()
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await using var connection = await database.OpenAsync();
        await using var real = await connection.BeginTransactionAsync();
        var transaction = desk.Dispatcher.Enlist(real);
        await desk.NoteAsync("1");
        real.Rollback();

        await transaction.RollbackAsync();
        await transaction.RollbackAsync();

        transaction.State.Should().Be(EventTransactionState.InDoubt);
        desk.Logs.WithId(2006).Should().ContainSingle();
        desk.Published.Should().BeEmpty();
    }

    [Fact]
    public async Task The_scope_that_is_disposed_reports_it()
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await using var connection = await database.OpenAsync();
        await using var real = await connection.BeginTransactionAsync();
        desk.Dispatcher.Enlist(real).Enqueue(new Noted("1"));
        real.Commit();

        await desk.CloseScopeAsync();

        desk.Logs.WithId(2006).Should().ContainSingle();
        desk.Journal.All.Should().Equal("completed 1");
    }
}
