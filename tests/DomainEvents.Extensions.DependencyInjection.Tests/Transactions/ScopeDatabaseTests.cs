using System.Transactions;
using DomainEvents.TestSupport.Databases;

namespace DomainEvents.Tests.Transactions;

/// <summary>Real connections in a System.Transactions scope.</summary>
public class ScopeDatabaseTests
{
    [PostgreSqlTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_PostgreSQL_connection_stays_a_local_transaction_and_commits(bool completes)
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        (await database.ExecuteAsync("SHOW max_prepared_transactions")).Should().Be("0", "a prepared transaction would be refused");
        var rows = new List<int>();
        desk.AfterCommit = async (_, _, _) => rows.Add(await database.CountAsync());
        using (var scope = Scopes.Open())
        {
            await desk.NoteAsync("1");
            await using var connection = await database.OpenAsync();
            await database.InsertAsync(connection, 1);
            await desk.NoteAsync("2");
            Transaction.Current!.TransactionInformation.DistributedIdentifier.Should().Be(Guid.Empty);
            if (completes)
            {
                scope.Complete();
            }
        }

        await desk.IdleAsync();
        desk.Published.Should().Equal(completes ? ["1", "2"] : []);
        rows.Should().Equal(completes ? [1, 1] : []);
        (await database.CountAsync()).Should().Be(completes ? 1 : 0);
    }

    [PostgreSqlFact]
    public async Task A_commit_that_PostgreSQL_refuses_publishes_none()
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        await database.ExecuteAsync($"ALTER TABLE {TestDatabase.Table} ADD parent INT REFERENCES {TestDatabase.Table} DEFERRABLE INITIALLY DEFERRED");
        var scope = Scopes.Open();
        await using (var connection = await database.OpenAsync())
        {
            await TestDatabase.ExecuteAsync(connection, $"INSERT INTO {TestDatabase.Table} VALUES (1, 2)");
            await desk.NoteAsync("1");
        }

        scope.Complete();
        scope.Invoking(s => s.Dispose()).Should().Throw<TransactionException>();
        await desk.IdleAsync();

        desk.Published.Should().BeEmpty();
        (await database.CountAsync()).Should().Be(0);
    }

    [Fact]
    public async Task SQLite_takes_no_part_its_rows_stay_while_the_events_follow_the_scope()
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        using (Scopes.Open())
        {
            await using var connection = await database.OpenAsync();
            connection.Invoking(c => c.EnlistTransaction(Transaction.Current)).Should().Throw<NotSupportedException>();
            await database.InsertAsync(connection, 1);
            await desk.NoteAsync("1");
        }

        await desk.IdleAsync();
        desk.Published.Should().BeEmpty();
        (await database.CountAsync()).Should().Be(1, "Microsoft.Data.Sqlite knows no ambient transactions: use Enlist there");
    }
}
