using System.Data.Common;
using System.Diagnostics.Metrics;
using DomainEvents.TestSupport.Databases;
using DomainEvents.Transactions;
using Npgsql;

namespace DomainEvents.Tests.Transactions;

public class FailingCommitTests
{
    [PostgreSqlTheory, BothWays]
    public async Task A_deferred_constraint_that_fails_at_the_commit_rolls_back_and_publishes_none(How how)
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        await using var connection = await database.OpenAsync();
        await TestDatabase.ExecuteAsync(
            connection, $"CREATE TABLE {TestDatabase.Table}_lines (order_id INT REFERENCES {TestDatabase.Table} DEFERRABLE INITIALLY DEFERRED)");
        await using var real = await connection.BeginTransactionAsync();
        await using var transaction = desk.Dispatcher.Enlist(real);
        await database.InsertAsync(connection, 1, real);
        await TestDatabase.ExecuteAsync(connection, $"INSERT INTO {TestDatabase.Table}_lines VALUES (2)", real);
        await desk.NoteAsync("1");

        (await transaction.Awaiting(t => how.CommitAsync(t)).Should().ThrowAsync<PostgresException>())
            .Which.SqlState.Should().Be(PostgresErrorCodes.ForeignKeyViolation);
        await how.RollbackAsync(transaction);
        await desk.IdleAsync();

        transaction.State.Should().Be(EventTransactionState.RolledBack);
        desk.Journal.All.Should().Equal("before 1", "rolled back 1", "completed 1");
        desk.Logs.WithId(2005).Should().BeEmpty();
        (await database.CountAsync()).Should().Be(0);
        await TestDatabase.ExecuteAsync(connection, $"DROP TABLE {TestDatabase.Table}_lines");
    }

    [PostgreSqlTheory, BothWays]
    public async Task A_connection_killed_before_the_commit_is_sent_rolls_back(How how)
    {
        await using var desk = new Desk();
        await using var database = (PostgreSqlDatabase)await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        await using var connection = (NpgsqlConnection)await database.OpenAsync();
        await using var real = await connection.BeginTransactionAsync();
        await using var transaction = desk.Dispatcher.Enlist(real);
        await database.InsertAsync(connection, 1, real);
        var notebook = new Notebook();
        notebook.Note("1");
        transaction.Enqueue(notebook);
        transaction.OnCommitted(desk.Callback("committed"));
        transaction.OnRolledBack(desk.Callback("rolled back"));
        await database.KillAsync(connection);
        using var outcomes = new Outcomes();

        await transaction.Awaiting(t => how.CommitAsync(t)).Should().ThrowAsync<NpgsqlException>();
        await how.RollbackAsync(transaction);
        await desk.IdleAsync();

        transaction.State.Should().Be(EventTransactionState.RolledBack, "the commit was never sent");
        desk.Journal.All.Should().Equal("before 1", "rolled back 1", "completed 1", "callback rolled back");
        notebook.DomainEvents.Should().ContainSingle();
        desk.Logs.WithId(2004).Should().BeEmpty();
        outcomes.All.Should().Contain("rolled_back");
        (await database.CountAsync()).Should().Be(0);
    }

    [PostgreSqlTheory, BothWays]
    public async Task A_connection_cut_at_the_commit_leaves_it_in_doubt(How how)
    {
        await using var desk = new Desk();
        await using var database = (PostgreSqlDatabase)await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        await using var proxy = await database.StartProxyAsync();
        await using var connection = new NpgsqlConnection(database.ConnectionStringThrough(proxy));
        await connection.OpenAsync();
        await using var real = await connection.BeginTransactionAsync();
        await using var transaction = desk.Dispatcher.Enlist(real);
        await database.InsertAsync(connection, 1, real);
        var notebook = new Notebook();
        notebook.Note("1");
        transaction.Enqueue(notebook);
        transaction.OnCommitted(desk.Callback("committed"));
        transaction.OnRolledBack(desk.Callback("rolled back"));
        using var fault = proxy.DropAfter("COMMIT\0"u8, answer: "COMMIT\0"u8);
        using var outcomes = new Outcomes();

        var failure = (await transaction.Awaiting(t => how.CommitAsync(t)).Should().ThrowAsync<Exception>()).Which;
        await how.RollbackAsync(transaction);
        await desk.IdleAsync();

        transaction.State.Should().Be(EventTransactionState.InDoubt);
        desk.Journal.All.Should().Equal("before 1", "completed 1");
        notebook.DomainEvents.Should().ContainSingle();
        desk.Logs.WithId(2004).Should().ContainSingle().Which.Exception.Should().BeSameAs(failure);
        outcomes.All.Should().Contain("in_doubt");
        (await database.CountAsync()).Should().Be(1, "it did take effect");
    }

    [PostgreSqlTheory, BothWays]
    public async Task A_failed_statement_that_is_swallowed_fails_the_commit_and_publishes_none(How how)
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        await using var connection = await database.OpenAsync();
        await using var real = await connection.BeginTransactionAsync();
        await using var transaction = desk.Dispatcher.Enlist(real);
        await database.InsertAsync(connection, 1, real);
        await desk.NoteAsync("1");
        await database.Awaiting(d => d.InsertAsync(connection, 1, real)).Should().ThrowAsync<PostgresException>();

        (await transaction.Awaiting(t => how.CommitAsync(t)).Should().ThrowAsync<PostgresException>())
            .Which.SqlState.Should().Be(PostgresErrorCodes.InFailedSqlTransaction);
        await desk.IdleAsync();

        transaction.State.Should().Be(EventTransactionState.RolledBack);
        desk.Journal.All.Should().Equal("before 1", "rolled back 1", "completed 1");
        desk.Logs.WithId(2005).Should().BeEmpty();
        (await database.CountAsync()).Should().Be(0);
    }

    [Theory, BothWays]
    public async Task A_failed_statement_of_SQLite_does_not_fail_the_transaction(How how)
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await using var connection = await database.OpenAsync();
        await using var real = await connection.BeginTransactionAsync();
        await using var transaction = desk.Dispatcher.Enlist(real);
        await database.InsertAsync(connection, 1, real);
        await desk.NoteAsync("1");
        await database.Awaiting(d => d.InsertAsync(connection, 1, real)).Should().ThrowAsync<DbException>();

        await how.CommitAsync(transaction);
        await desk.IdleAsync();

        desk.Published.Should().Equal("1");
        (await database.CountAsync()).Should().Be(1);
    }

    [Theory, BothWays]
    public async Task An_error_that_the_database_sent_over_an_open_connection_rolls_back(How how)
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await using var connection = await database.OpenAsync();
        var failure = new DatabaseError("23505");
        await using var real = new InterceptedTransaction(await connection.BeginTransactionAsync()) { OnCommit = () => throw failure };
        await using var transaction = desk.Dispatcher.Enlist(real);
        await database.InsertAsync(connection, 1, real.Real);
        await desk.NoteAsync("1");

        (await transaction.Awaiting(t => how.CommitAsync(t)).Should().ThrowAsync<DatabaseError>()).Which.Should().BeSameAs(failure);
        await desk.IdleAsync();

        transaction.State.Should().Be(EventTransactionState.RolledBack);
        real.Rollbacks.Should().Be(1);
        desk.RolledBack.Should().Equal("1");
        (await database.CountAsync()).Should().Be(0);
    }

    [Theory]
    [InlineData("08006")]
    [InlineData("08007")]
    [InlineData("40003")]
    public async Task An_error_that_says_that_nobody_knows_leaves_it_in_doubt(string sqlState)
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await using var connection = await database.OpenAsync();
        await using var real = new InterceptedTransaction(await connection.BeginTransactionAsync()) { OnCommit = () => throw new DatabaseError(sqlState) };
        await using var transaction = desk.Dispatcher.Enlist(real);
        await desk.NoteAsync("1");

        await transaction.Awaiting(t => t.CommitAsync()).Should().ThrowAsync<DatabaseError>();

        transaction.State.Should().Be(EventTransactionState.InDoubt);
        desk.Journal.All.Should().Equal("before 1", "completed 1");
    }

    [Fact]
    public async Task An_exception_that_is_not_of_the_database_after_the_real_commit_leaves_it_in_doubt()
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await using var connection = await database.OpenAsync();
        await using var real = new InterceptedTransaction(await connection.BeginTransactionAsync()) { AfterCommit = () => throw new TimeoutException() };
        await using var transaction = desk.Dispatcher.Enlist(real);
        await desk.NoteAsync("1");

        await transaction.Awaiting(t => t.CommitAsync()).Should().ThrowAsync<TimeoutException>();

        transaction.State.Should().Be(EventTransactionState.InDoubt);
        desk.Published.Should().BeEmpty();
        desk.RolledBack.Should().BeEmpty();
    }

    [Theory, BothWays]
    public async Task A_rollback_that_fails_tells_who_asked_for_it_and_ends_all_the_same(How how)
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await using var connection = await database.OpenAsync();
        var failure = new DatabaseError("57P01");
        await using var real = new InterceptedTransaction(await connection.BeginTransactionAsync()) { OnRollback = () => throw failure };
        await using var transaction = desk.Dispatcher.Enlist(real);
        await desk.NoteAsync("1");

        (await transaction.Awaiting(t => how.RollbackAsync(t)).Should().ThrowAsync<DatabaseError>()).Which.Should().BeSameAs(failure);
        await how.RollbackAsync(transaction);
        await desk.IdleAsync();

        transaction.State.Should().Be(EventTransactionState.RolledBack);
        desk.RolledBack.Should().Equal("1");
        desk.Logs.WithId(2005).Should().ContainSingle();
    }

    [Theory, BothWays]
    public async Task A_rollback_that_fails_does_not_escape_from_a_disposal_nor_hide_a_handlers_failure(How how)
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await using var connection = await database.OpenAsync();
        await using (var real = new InterceptedTransaction(await connection.BeginTransactionAsync()) { OnRollback = () => throw new DatabaseError("57P01") })
        {
            await how.DisposeAsync(desk.Dispatcher.Enlist(real));
        }

        desk.BeforeCommit = (_, _, _) => throw new ApplicationException("sold out");
        await using (var real = new InterceptedTransaction(await connection.BeginTransactionAsync()) { OnRollback = () => throw new DatabaseError("57P01") })
        {
            var transaction = desk.Dispatcher.Enlist(real);
            await desk.NoteAsync("1");
            await transaction.Awaiting(t => how.CommitAsync(t)).Should().ThrowAsync<ApplicationException>();
        }

        await desk.IdleAsync();
        desk.RolledBack.Should().Equal("1");
        desk.Logs.WithId(2005).Should().HaveCount(2);
    }

    [Fact]
    public async Task The_real_commit_is_not_cancelled_by_the_requests_token()
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await using var connection = await database.OpenAsync();
        using var request = new CancellationTokenSource();
        await using var real = new InterceptedTransaction(await connection.BeginTransactionAsync()) { OnCommit = request.Cancel };
        await using var transaction = desk.Dispatcher.Enlist(real);
        await database.InsertAsync(connection, 1, real.Real);
        await desk.NoteAsync("1");

        await transaction.CommitAsync(request.Token);

        desk.Published.Should().Equal("1");
        (await database.CountAsync()).Should().Be(1);
    }

    [Fact]
    public async Task A_provider_without_savepoints_says_so()
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await using var connection = await database.OpenAsync();
        await using var real = new InterceptedTransaction(await connection.BeginTransactionAsync());
        await using var transaction = desk.Dispatcher.Enlist(real);

        transaction.Invoking(t => t.CreateSavepoint("a")).Should().Throw<NotSupportedException>();
        transaction.Invoking(t => t.RollbackToSavepoint("a")).Should().Throw<ArgumentException>();
    }

    private sealed class DatabaseError(string sqlState) : DbException("The database says no.")
    {
        public override string SqlState => sqlState;
    }

    /// <summary>The outcomes of transactions that end meanwhile, in this test and in those beside it.</summary>
    private sealed class Outcomes : IDisposable
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<string> _outcomes = [];
        private readonly MeterListener _listener = new();

        public Outcomes()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "domain_events.transactions")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((_, _, tags, _) => _outcomes.Enqueue((string)tags[0].Value!));
            _listener.Start();
        }

        public IEnumerable<string> All => _outcomes;

        public void Dispose() => _listener.Dispose();
    }
}
