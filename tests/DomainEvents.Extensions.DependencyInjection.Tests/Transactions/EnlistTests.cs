using DomainEvents.TestSupport.Databases;
using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Tests.Transactions;

public class EnlistTests
{
    [Theory, SqliteData, PostgreSqlData]
    public async Task The_commit_commits_the_database_transaction_first(DatabaseKind kind, How how)
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(kind);
        await using var connection = await database.OpenAsync();
        await using var real = await connection.BeginTransactionAsync();
        await using var transaction = desk.Dispatcher.Enlist(real);
        var seen = new List<int>();
        desk.AfterCommit = async (_, _, _) => seen.Add(await database.CountAsync());
        await database.InsertAsync(connection, 1, real);
        await desk.NoteAsync("1");
        transaction.OnCommitted(async _ => seen.Add(await database.CountAsync()));
        (await database.CountAsync()).Should().Be(0);

        await how.CommitAsync(transaction);
        await desk.IdleAsync();

        transaction.State.Should().Be(EventTransactionState.Committed);
        desk.Published.Should().Equal("1");
        seen.Should().Equal(1, 1);
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task The_rollback_rolls_the_database_transaction_back(DatabaseKind kind, How how)
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(kind);
        await using var connection = await database.OpenAsync();
        await using var real = await connection.BeginTransactionAsync();
        await using var transaction = desk.Dispatcher.Enlist(real);
        await database.InsertAsync(connection, 1, real);
        await desk.NoteAsync("1");

        await how.RollbackAsync(transaction);
        await desk.IdleAsync();

        transaction.State.Should().Be(EventTransactionState.RolledBack);
        desk.Journal.All.Should().Equal("rolled back 1", "completed 1");
        (await database.CountAsync()).Should().Be(0);
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Disposing_without_a_commit_rolls_the_database_transaction_back(DatabaseKind kind, How how)
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(kind);
        await using var connection = await database.OpenAsync();
        await using (var real = await connection.BeginTransactionAsync())
        {
            var transaction = desk.Dispatcher.Enlist(real);
            await database.InsertAsync(connection, 1, real);
            await desk.NoteAsync("1");
            await how.DisposeAsync(transaction);
        }

        await desk.IdleAsync();
        desk.RolledBack.Should().Equal("1");
        (await database.CountAsync()).Should().Be(0);
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_before_commit_handler_works_in_the_database_transaction_and_its_failure_rolls_it_back(DatabaseKind kind, How how)
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(kind);
        await using var connection = await database.OpenAsync();
        await using var real = await connection.BeginTransactionAsync();
        desk.BeforeCommit = (noted, _, _) =>
        {
            using var command = connection.CreateCommand();
            command.Transaction = real;
            command.CommandText = $"INSERT INTO {TestDatabase.Table} VALUES (2)";
            command.ExecuteNonQuery();
            throw new ApplicationException("sold out");
        };
        await using var transaction = desk.Dispatcher.Enlist(real);
        await database.InsertAsync(connection, 1, real);
        await desk.NoteAsync("1");

        await transaction.Awaiting(t => how.CommitAsync(t)).Should().ThrowAsync<ApplicationException>().WithMessage("sold out");
        await desk.IdleAsync();

        desk.Published.Should().BeEmpty();
        desk.RolledBack.Should().Equal("1");
        (await database.CountAsync()).Should().Be(0);
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Savepoints_are_savepoints_of_the_database_transaction(DatabaseKind kind, How how)
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(kind);
        await using var connection = await database.OpenAsync();
        await using var real = await connection.BeginTransactionAsync();
        await using var transaction = desk.Dispatcher.Enlist(real);
        await NoteAndInsertAsync(1);
        transaction.CreateSavepoint("a");
        await NoteAndInsertAsync(2);
        transaction.RollbackToSavepoint("a");
        await NoteAndInsertAsync(2);
        transaction.RollbackToSavepoint("a");
        await NoteAndInsertAsync(3);
        transaction.ReleaseSavepoint("a");

        await how.CommitAsync(transaction);
        await desk.IdleAsync();

        desk.Published.Should().Equal("1", "3");
        (await database.ExecuteAsync($"SELECT MAX(id) * 10 + COUNT(*) FROM {TestDatabase.Table}")).Should().Be(32L);

        async Task NoteAndInsertAsync(int id)
        {
            await database.InsertAsync(connection, id, real);
            await desk.NoteAsync($"{id}");
        }
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Savepoints_of_a_nested_transaction_are_those_of_the_database_transaction_around_it(DatabaseKind kind, How how)
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(kind);
        await using var connection = await database.OpenAsync();
        await using var real = await connection.BeginTransactionAsync();
        await using var transaction = desk.Dispatcher.Enlist(real);
        await using (var inner = desk.Dispatcher.Begin())
        {
            inner.CreateSavepoint("a");
            await database.InsertAsync(connection, 1, real);
            await desk.NoteAsync("1");
            inner.RollbackToSavepoint("a");
            await how.CommitAsync(inner);
        }

        await database.InsertAsync(connection, 2, real);
        await how.CommitAsync(transaction);
        await desk.IdleAsync();

        desk.Published.Should().BeEmpty();
        (await database.CountAsync()).Should().Be(1);
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task The_same_database_transaction_twice_is_the_same_transaction(DatabaseKind kind, How how)
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(kind);
        await using var connection = await database.OpenAsync();
        await using var real = await connection.BeginTransactionAsync();
        await using var transaction = desk.Dispatcher.Enlist(real);

        desk.Dispatcher.Enlist(real).Should().BeSameAs(transaction);
        desk.Dispatcher.Current.Should().BeSameAs(transaction);
        await desk.NoteAsync("1");
        await how.CommitAsync(transaction);
        await desk.IdleAsync();

        desk.Published.Should().Equal("1");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Two_scopes_that_enlist_one_database_transaction_share_one_buffer(DatabaseKind kind, How how)
    {
        await using var desk = new Desk();
        await using var scope = desk.OpenScope();
        var other = scope.ServiceProvider.GetRequiredService<IEventDispatcher>();
        await using var database = await TestDatabase.CreateAsync(kind);
        await using var connection = await database.OpenAsync();
        await using var real = await connection.BeginTransactionAsync();
        var transaction = desk.Dispatcher.Enlist(real);

        other.Enlist(real).Should().BeSameAs(transaction);
        other.Current.Should().BeSameAs(transaction);
        await desk.NoteAsync("1");
        await other.PublishAsync(new Noted("2"));
        await desk.NoteAsync("3");
        desk.Published.Should().BeEmpty();
        await how.CommitAsync(transaction);
        await desk.IdleAsync();

        desk.Published.Should().Equal("1", "2", "3");
        other.Current.Should().BeNull();
        desk.Dispatcher.Current.Should().BeNull();
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_scope_that_joined_leaves_the_transaction_open_when_it_is_disposed(DatabaseKind kind, How how)
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(kind);
        await using var connection = await database.OpenAsync();
        await using var real = await connection.BeginTransactionAsync();
        var transaction = desk.Dispatcher.Enlist(real);
        await using (var scope = desk.OpenScope())
        {
            var other = scope.ServiceProvider.GetRequiredService<IEventDispatcher>();
            other.Enlist(real);
            await other.PublishAsync(new Noted("1"));
        }

        transaction.State.Should().Be(EventTransactionState.Active);
        await how.CommitAsync(transaction);
        await desk.IdleAsync();

        desk.Published.Should().Equal("1");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_completed_database_transaction_is_refused(DatabaseKind kind, How how)
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(kind);
        await using var connection = await database.OpenAsync();
        await using var real = await connection.BeginTransactionAsync();
        if (how == How.Asynchronously)
        {
            await real.CommitAsync();
        }
        else
        {
            real.Rollback();
        }

        desk.Dispatcher.Invoking(d => d.Enlist(real)).Should().Throw<InvalidOperationException>().WithMessage("*completed*right after it has begun*");
        await real.DisposeAsync();
        desk.Dispatcher.Invoking(d => d.Enlist(real)).Should().Throw<InvalidOperationException>().WithMessage("*completed*right after it has begun*");
        desk.Dispatcher.Current.Should().BeNull();
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Enlisted_inside_another_transaction_the_events_wait_for_that(DatabaseKind kind, How how)
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(kind);
        await using var connection = await database.OpenAsync();
        await using var outer = desk.Dispatcher.Begin();
        await using var real = await connection.BeginTransactionAsync();
        await using var transaction = desk.Dispatcher.Enlist(real);
        await database.InsertAsync(connection, 1, real);
        await desk.NoteAsync("1");

        await how.CommitAsync(transaction);
        await desk.IdleAsync();
        desk.Checked.Should().Equal("1");
        desk.Published.Should().BeEmpty();
        (await database.CountAsync()).Should().Be(1);
        await how.CommitAsync(outer);
        await desk.IdleAsync();

        desk.Journal.All.Should().Equal("before 1", "after 1", "completed 1");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Rolling_back_what_is_around_it_rolls_the_database_transaction_back(DatabaseKind kind, How how)
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(kind);
        await using var connection = await database.OpenAsync();
        await using var outer = desk.Dispatcher.Begin();
        await using var real = await connection.BeginTransactionAsync();
        var transaction = desk.Dispatcher.Enlist(real);
        await database.InsertAsync(connection, 1, real);
        await desk.NoteAsync("1");

        await how.RollbackAsync(outer);
        await desk.IdleAsync();

        transaction.State.Should().Be(EventTransactionState.RolledBack);
        desk.RolledBack.Should().Equal("1");
        (await database.CountAsync()).Should().Be(0);
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_failed_save_that_is_fixed_and_retried_publishes_each_event_once(DatabaseKind kind, How how)
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(kind);
        await using var connection = await database.OpenAsync();
        await using var real = await connection.BeginTransactionAsync();
        await using var transaction = desk.Dispatcher.Enlist(real);
        var notebook = new Notebook();
        notebook.Note("1");
        await database.InsertAsync(connection, 1, real);
        transaction.CreateSavepoint("save");
        transaction.Enqueue(notebook);
        await database.Awaiting(d => d.InsertAsync(connection, 1, real)).Should().ThrowAsync<System.Data.Common.DbException>();
        transaction.RollbackToSavepoint("save");
        transaction.Enqueue(notebook);
        await database.InsertAsync(connection, 2, real);

        await how.CommitAsync(transaction);
        await desk.IdleAsync();

        desk.Published.Should().Equal("1");
        notebook.DomainEvents.Should().BeEmpty();
        (await database.CountAsync()).Should().Be(2);
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task The_scope_that_is_disposed_rolls_the_database_transaction_back(DatabaseKind kind, How how)
    {
        await using var desk = new Desk();
        var scope = desk.OpenScope();
        var dispatcher = scope.ServiceProvider.GetRequiredService<IEventDispatcher>();
        await using var database = await TestDatabase.CreateAsync(kind);
        await using var connection = await database.OpenAsync();
        await using var real = await connection.BeginTransactionAsync();
        var transaction = dispatcher.Enlist(real);
        await database.InsertAsync(connection, 1, real);
        await dispatcher.PublishAsync(new Noted("1"));

        if (how == How.Asynchronously)
        {
            await scope.DisposeAsync();
        }
        else
        {
            scope.Dispose();
        }

        await dispatcher.WhenIdleAsync();
        transaction.State.Should().Be(EventTransactionState.RolledBack);
        desk.RolledBack.Should().Equal("1");
        (await database.CountAsync()).Should().Be(0);
        dispatcher.Invoking(d => d.Enlist(real)).Should().Throw<ObjectDisposedException>();
    }
}
