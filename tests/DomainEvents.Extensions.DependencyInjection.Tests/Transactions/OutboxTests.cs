using System.Data.Common;
using System.Transactions;
using DomainEvents.TestSupport;
using DomainEvents.TestSupport.Databases;
using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Tests.Transactions;

/// <summary>Where there is an outbox, a commit stores events and leaves their handlers to it.</summary>
public sealed class OutboxTests
{
    [Theory, SqliteData, PostgreSqlData]
    public async Task The_commit_of_an_enlisted_transaction_stores_its_events_in_it(DatabaseKind kind, How how)
    {
        await using var database = await CreateDatabaseAsync(kind);
        await using var desk = With(database, out var outbox);
        await using var connection = await database.OpenAsync();
        await using var real = await connection.BeginTransactionAsync();
        await using var transaction = desk.Dispatcher.Enlist(real);
        await desk.NoteAsync("1");
        await desk.NoteAsync("2");
        outbox.Writes.Should().BeEmpty();

        await how.CommitAsync(transaction);
        await desk.IdleAsync();

        outbox.Writes.Should().Equal("tx 1 2");
        (await outbox.CountAsync()).Should().Be(2);
        outbox.Commits.Should().Be(1);
        desk.Journal.All.Should().Equal(["before 1", "before 2", "completed 1", "completed 2"], "the outbox owes the rest");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task What_a_savepoint_or_a_rollback_undoes_is_not_stored(DatabaseKind kind, How how)
    {
        await using var database = await CreateDatabaseAsync(kind);
        await using var desk = With(database, out var outbox);
        await using var connection = await database.OpenAsync();
        await using (var transaction = desk.Dispatcher.Enlist(await connection.BeginTransactionAsync()))
        {
            await desk.NoteAsync("1");
            transaction.CreateSavepoint("here");
            await desk.NoteAsync("2");
            transaction.RollbackToSavepoint("here");
            await desk.NoteAsync("3");
            await how.CommitAsync(transaction);
        }

        await using (var transaction = desk.Dispatcher.Enlist(await connection.BeginTransactionAsync()))
        {
            await desk.NoteAsync("4");
            await how.RollbackAsync(transaction);
        }

        outbox.Writes.Should().Equal("tx 1 3");
        outbox.Commits.Should().Be(1);
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task What_before_commit_handlers_publish_is_stored_as_well(DatabaseKind kind, How how)
    {
        await using var database = await CreateDatabaseAsync(kind);
        await using var desk = With(database, out var outbox);
        desk.BeforeCommit = async (noted, _, _) =>
        {
            if (noted.Text == "1")
            {
                await desk.NoteAsync("2");
            }
        };
        await using var connection = await database.OpenAsync();
        await using var transaction = desk.Dispatcher.Enlist(await connection.BeginTransactionAsync());
        await desk.NoteAsync("1");

        await how.CommitAsync(transaction);

        outbox.Writes.Should().Equal("tx 1 2");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Events_that_cannot_be_stored_roll_the_transaction_back(DatabaseKind kind, How how)
    {
        await using var database = await CreateDatabaseAsync(kind);
        await using var desk = With(database, out var outbox);
        await using var connection = await database.OpenAsync();
        await using var real = await connection.BeginTransactionAsync();
        await using var transaction = desk.Dispatcher.Enlist(real);
        await database.InsertAsync(connection, 1, real);
        var notebook = new Notebook();
        notebook.Note("1");
        transaction.Enqueue(notebook);
        outbox.Failure = new InvalidOperationException("It is too long.");

        await transaction.Awaiting(t => how.CommitAsync(t)).Should().ThrowAsync<InvalidOperationException>().WithMessage("It is too long.");
        await desk.IdleAsync();

        transaction.State.Should().Be(EventTransactionState.RolledBack);
        (await database.CountAsync()).Should().Be(0);
        notebook.DomainEvents.Should().ContainSingle("a retry is to find it");
        outbox.Commits.Should().Be(0);
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_unit_of_work_without_a_database_transaction_stores_its_events_in_one(DatabaseKind kind, How how)
    {
        await using var database = await CreateDatabaseAsync(kind);
        await using var desk = With(database, out var outbox);
        await using var transaction = desk.Dispatcher.Begin();
        await using var inner = desk.Dispatcher.Begin();
        await desk.NoteAsync("1");
        await how.CommitAsync(inner);
        outbox.Writes.Should().BeEmpty();

        await how.CommitAsync(transaction);
        await desk.IdleAsync();

        outbox.Writes.Should().Equal("1");
        desk.Journal.All.Should().Equal("before 1", "completed 1");
    }

    [Theory, BothWays]
    public async Task A_unit_of_work_whose_events_cannot_be_stored_is_rolled_back(How how)
    {
        await using var database = await CreateDatabaseAsync(DatabaseKind.Sqlite);
        await using var desk = With(database, out var outbox);
        outbox.Failure = new InvalidOperationException("It is too long.");
        await using var transaction = desk.Dispatcher.Begin();
        await desk.NoteAsync("1");

        await transaction.Awaiting(t => how.CommitAsync(t)).Should().ThrowAsync<InvalidOperationException>();
        await desk.IdleAsync();

        transaction.State.Should().Be(EventTransactionState.RolledBack);
        desk.RolledBack.Should().Equal("1");
    }

    [Theory, BothWays]
    public async Task When_the_connection_is_lost_while_events_are_stored_the_outcome_is_in_doubt(How how)
    {
        await using var database = await CreateDatabaseAsync(DatabaseKind.Sqlite);
        await using var desk = With(database, out var outbox);
        outbox.Failure = new LostConnection();
        await using var transaction = desk.Dispatcher.Begin();
        await desk.NoteAsync("1");

        await transaction.Awaiting(t => how.CommitAsync(t)).Should().ThrowAsync<LostConnection>();

        transaction.State.Should().Be(EventTransactionState.InDoubt);
        outbox.Commits.Should().Be(1, "if the row is there, its handlers are to run");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task An_enlisted_transaction_inside_a_unit_of_work_stores_what_is_its_own(DatabaseKind kind, How how)
    {
        await using var database = await CreateDatabaseAsync(kind);
        await using var desk = With(database, out var outbox);
        await using var connection = await database.OpenAsync();
        await using var outer = desk.Dispatcher.Begin();
        await desk.NoteAsync("1");
        await using (var inner = desk.Dispatcher.Enlist(await connection.BeginTransactionAsync()))
        {
            await desk.NoteAsync("2");
            await how.CommitAsync(inner);
        }

        outbox.Writes.Should().Equal("tx 2");
        outbox.Commits.Should().Be(1);
        await how.CommitAsync(outer);
        await desk.IdleAsync();

        outbox.Writes.Should().Equal("tx 2", "1");
        desk.Journal.All.Should().Equal("before 2", "before 1", "completed 1", "completed 2");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_commit_that_has_stored_nothing_wakes_nobody(DatabaseKind kind, How how)
    {
        await using var database = await CreateDatabaseAsync(kind);
        await using var desk = With(database, out var outbox);
        await using var connection = await database.OpenAsync();
        await using var transaction = desk.Dispatcher.Enlist(await connection.BeginTransactionAsync());

        await how.CommitAsync(transaction);

        outbox.Commits.Should().Be(0);
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task What_it_has_committed_no_rollback_around_it_takes_back(DatabaseKind kind, How how)
    {
        await using var database = await CreateDatabaseAsync(kind);
        await using var desk = With(database, out var outbox);
        await using var connection = await database.OpenAsync();
        var source = new Notebook();
        source.Note("2");
        await using (var outer = desk.Dispatcher.Begin())
        {
            await desk.NoteAsync("1");
            await using (var inner = desk.Dispatcher.Enlist(await connection.BeginTransactionAsync()))
            {
                await desk.Dispatcher.PublishFromAsync(source);
                await how.CommitAsync(inner);
            }

            source.DomainEvents.Should().BeEmpty();
            await how.RollbackAsync(outer);
        }

        await desk.IdleAsync();
        outbox.Writes.Should().Equal("tx 2");
        desk.Journal.All.Should().BeEquivalentTo("before 2", "completed 2", "rolled back 1", "completed 1");
    }

    [Fact]
    public async Task An_event_without_a_transaction_gets_one_of_its_own()
    {
        await using var database = await CreateDatabaseAsync(DatabaseKind.Sqlite);
        await using var desk = With(database, out var outbox);

        await desk.NoteAsync("1");
        var notebook = new Notebook();
        notebook.Note("2");
        await desk.Dispatcher.PublishFromAsync(notebook);

        outbox.Writes.Should().Equal("1", "2");
        notebook.DomainEvents.Should().BeEmpty();
        desk.Journal.All.Should().Equal("before 1", "completed 1", "before 2", "completed 2");
    }

    [Fact]
    public async Task Events_that_an_aggregate_raised_stay_on_it_if_they_cannot_be_stored()
    {
        await using var database = await CreateDatabaseAsync(DatabaseKind.Sqlite);
        await using var desk = With(database, out var outbox);
        outbox.Failure = new InvalidOperationException("It is too long.");
        var notebook = new Notebook();
        notebook.Note("1");

        await desk.Awaiting(it => it.Dispatcher.PublishFromAsync(notebook).AsTask()).Should().ThrowAsync<InvalidOperationException>();

        notebook.DomainEvents.Should().ContainSingle();
    }

    [Fact]
    public async Task Publishes_beside_each_other_do_not_join()
    {
        await using var database = await CreateDatabaseAsync(DatabaseKind.Sqlite);
        await using var desk = With(database, out var outbox);
        var (entered, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        desk.BeforeCommit = async (noted, _, _) =>
        {
            if (noted.Text == "1")
            {
                entered.SetResult();
                await go.Task;
            }
        };

        var first = desk.NoteAsync("1").AsTask();
        await entered.Task.Soon();
        await desk.NoteAsync("2");
        outbox.Writes.Should().Equal("2");
        go.SetResult();
        await first.Soon();

        outbox.Writes.Should().Equal("2", "1");
    }

    [Fact]
    public async Task The_bus_itself_stays_in_memory()
    {
        await using var database = await CreateDatabaseAsync(DatabaseKind.Sqlite);
        await using var desk = With(database, out var outbox);

        await desk.Services.GetRequiredService<IEventBus>().PublishAsync(new Noted("1"));

        outbox.Writes.Should().BeEmpty();
        desk.Published.Should().Equal("1");
    }

    [Fact]
    public async Task A_run_time_subscription_hears_of_a_stored_event_once_in_memory()
    {
        await using var database = await CreateDatabaseAsync(DatabaseKind.Sqlite);
        await using var desk = With(database, out _);
        using var subscription = desk.Services.GetRequiredService<IEventBus>().Subscribe<Noted>((noted, _) =>
        {
            desk.Journal.Add("subscribed", noted.Text);
            return default;
        });

        await using var transaction = desk.Dispatcher.Begin();
        await desk.NoteAsync("1");
        var result = await transaction.CommitAsync();

        desk.Journal.All.Should().Equal("before 1", "subscribed 1", "completed 1");
        result.HandlerCount.Should().Be(2);
    }

    [Fact]
    public async Task An_ambient_transaction_alone_is_refused()
    {
        await using var database = await CreateDatabaseAsync(DatabaseKind.Sqlite);
        await using var desk = With(database, out var outbox);
        using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);

        await desk.Awaiting(it => it.NoteAsync("1").AsTask()).Should().ThrowAsync<InvalidOperationException>().WithMessage("*TransactionScope*Enlist*");
        await using var inner = desk.Dispatcher.Begin();
        inner.Invoking(it => it.Enqueue(new Noted("1"))).Should().Throw<InvalidOperationException>().WithMessage("*TransactionScope*Enlist*");

        outbox.Writes.Should().BeEmpty();
    }

    [Fact]
    public async Task A_transaction_of_another_database_is_refused()
    {
        await using var database = await CreateDatabaseAsync(DatabaseKind.Sqlite);
        await using var desk = With(database, out _);
        await using var connection = new Npgsql.NpgsqlConnection();

        desk.Dispatcher.Invoking(it => it.Enlist(new ForeignTransaction(connection))).Should().Throw<ArgumentException>();
    }

    [Fact]
    public async Task An_event_that_the_outbox_does_not_know_is_refused_when_it_is_published()
    {
        await using var database = await CreateDatabaseAsync(DatabaseKind.Sqlite);
        await using var desk = With(database, out _);
        await using var transaction = desk.Dispatcher.Begin();

        transaction.Invoking(it => it.Enqueue(new Unknown())).Should().Throw<InvalidOperationException>().WithMessage("Unknown is unknown.");
        await desk.Awaiting(it => it.Dispatcher.PublishAsync(new Unknown()).AsTask()).Should().ThrowAsync<InvalidOperationException>();
    }

    private static async Task<TestDatabase> CreateDatabaseAsync(DatabaseKind kind)
    {
        var database = await TestDatabase.CreateAsync(kind);
        await database.ExecuteAsync("CREATE TABLE outbox (text VARCHAR(10))");
        return database;
    }

    private static Desk With(TestDatabase database, out TableOutbox outbox)
    {
        var created = outbox = new TableOutbox(database);
        return new Desk(builder => builder.Services.AddSingleton<IEventOutbox>(created));
    }

    private sealed record Unknown : DomainEvent;

    private sealed class LostConnection : DbException
    {
        public override bool IsTransient => true;
    }

    private sealed class ForeignTransaction(DbConnection connection) : DbTransaction
    {
        public override System.Data.IsolationLevel IsolationLevel => System.Data.IsolationLevel.ReadCommitted;

        protected override DbConnection DbConnection => connection;

        public override void Commit() => throw new NotSupportedException();

        public override void Rollback() => throw new NotSupportedException();
    }
}
