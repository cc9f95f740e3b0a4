using DomainEvents.TestSupport;
using DomainEvents.TestSupport.Databases;
using DomainEvents.TestSupport.Network;
using Npgsql;

namespace DomainEvents.EntityFrameworkCore.Tests.Network;

/// <summary>The proxy in front of PostgreSQL: commits that fail on the way there or on the way back.</summary>
public sealed class LoopbackProxyPostgreSqlTests
{
    [PostgreSqlTheory, BothWays]
    public async Task A_commit_that_never_reaches_the_server_fails_and_leaves_no_row(How how)
    {
        await using var database = (PostgreSqlDatabase)await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        await using var proxy = await database.StartProxyAsync();
        await using var connection = await OpenAsync(database, proxy);
        await using var transaction = await connection.BeginTransactionAsync();
        await database.InsertAsync(connection, 1, transaction);
        using var fault = proxy.DropBefore("COMMIT"u8);

        await transaction.Awaiting(t => CommitAsync(t, how)).Should().ThrowAsync<NpgsqlException>();

        await fault.Happened.Soon();
        (await database.CountAsync()).Should().Be(0);
    }

    [PostgreSqlTheory, BothWays]
    public async Task A_commit_whose_answer_never_reaches_the_client_fails_and_leaves_the_row(How how)
    {
        await using var database = (PostgreSqlDatabase)await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        await using var proxy = await database.StartProxyAsync();
        await using var connection = await OpenAsync(database, proxy);
        await using var transaction = await connection.BeginTransactionAsync();
        await database.InsertAsync(connection, 1, transaction);
        using var fault = proxy.DropAfter("COMMIT"u8);

        await transaction.Awaiting(t => CommitAsync(t, how)).Should().ThrowAsync<NpgsqlException>();

        await fault.Happened.Soon();
        (await database.CountAsync()).Should().Be(1);
    }

    [PostgreSqlTheory, BothWays]
    public async Task A_commit_whose_answer_is_truncated_fails_and_leaves_the_row(How how)
    {
        await using var database = (PostgreSqlDatabase)await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        await using var proxy = await database.StartProxyAsync();
        await using var connection = await OpenAsync(database, proxy);
        await using var transaction = await connection.BeginTransactionAsync();
        await database.InsertAsync(connection, 1, transaction);
        using var fault = proxy.TruncateNextAnswer(7);

        await transaction.Awaiting(t => CommitAsync(t, how)).Should().ThrowAsync<NpgsqlException>();

        await fault.Happened.Soon();
        (await database.CountAsync()).Should().Be(1);
    }

    [PostgreSqlFact]
    public async Task A_commit_whose_answer_is_held_has_taken_effect_and_is_pending()
    {
        await using var database = (PostgreSqlDatabase)await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        await using var proxy = await database.StartProxyAsync();
        await using var connection = await OpenAsync(database, proxy);
        await using var transaction = await connection.BeginTransactionAsync();
        await database.InsertAsync(connection, 1, transaction);
        using var held = proxy.Hold(ProxyDirection.ToClient);

        var commit = transaction.CommitAsync();
        await held.Arrived.Soon();

        (await database.CountAsync()).Should().Be(1);
        commit.IsCompleted.Should().BeFalse();
        held.Release();
        await commit.Soon();
    }

    [PostgreSqlFact]
    public async Task A_commit_that_comes_along_with_other_statements_is_told_by_its_answer()
    {
        await using var database = (PostgreSqlDatabase)await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        await using var proxy = await database.StartProxyAsync();
        await using var connection = await OpenAsync(database, proxy);
        using var fault = proxy.DropAfter("COMMIT"u8, answer: "COMMIT"u8);

        // All in one message, which the server answers one by one.
        var batch = $"BEGIN; INSERT INTO {TestDatabase.Table} VALUES (1); COMMIT";
        await this.Awaiting(_ => TestDatabase.ExecuteAsync(connection, batch)).Should().ThrowAsync<NpgsqlException>();

        await fault.Happened.Soon();
        (await database.CountAsync()).Should().Be(1);
    }

    [PostgreSqlFact]
    public async Task A_dropped_connection_fails_and_the_next_one_works()
    {
        await using var database = (PostgreSqlDatabase)await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        await using var proxy = await database.StartProxyAsync();
        await using var connection = await OpenAsync(database, proxy);

        proxy.Drop();

        await connection.Awaiting(c => database.InsertAsync(c, 1)).Should().ThrowAsync<NpgsqlException>();
        await connection.CloseAsync();
        await connection.OpenAsync();
        await database.InsertAsync(connection, 1);
        proxy.Connections.Should().Be(2);
    }

    private static async Task<NpgsqlConnection> OpenAsync(PostgreSqlDatabase database, LoopbackProxy proxy)
    {
        var connection = new NpgsqlConnection(database.ConnectionStringThrough(proxy));
        await connection.OpenAsync();
        return connection;
    }

    private static async Task CommitAsync(NpgsqlTransaction transaction, How how)
    {
        if (how == How.Asynchronously)
        {
            await transaction.CommitAsync().Soon();
        }
        else
        {
            await Task.Run(transaction.Commit).Soon();
        }
    }
}
