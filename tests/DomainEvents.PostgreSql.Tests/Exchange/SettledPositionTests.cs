using DomainEvents.Outbox;
using DomainEvents.Outbox.Conformance;
using DomainEvents.TestSupport.Databases;
using Npgsql;

namespace DomainEvents.PostgreSql.Tests.Exchange;

/// <summary>What a relay remembers of positions never makes it pass over an event, however commits and exchanges come to overlap.</summary>
public sealed class SettledPositionTests : PostgreSqlTest
{
    [PostgreSqlFact]
    public async Task A_writer_with_a_higher_transaction_and_a_lower_position_is_not_passed_over()
    {
        var relay = await StartAsync();
        await WriteAsync([.. Enumerable.Range(0, 100).Select(number => Message($"first-{number}", 6 + (number % 2)))]);
        var entries = await relay.ReadEventsAsync();

        // The exchange has its transaction before the writers have theirs, and ends after one of them has.
        Task<OutboxExchangeResult> acknowledgement;
        await using var other = await Database.DataSource.OpenConnectionAsync();
        await using var early = await Database.DataSource.OpenConnectionAsync();
        await using var late = await Database.DataSource.OpenConnectionAsync();
        await using (var hold = await HoldAsync(other, partition: 7))
        {
            acknowledgement = relay.ExchangeAsync(exchange => exchange with
            {
                Fence = relay.Fence(6, 7),
                Acknowledgements = [.. entries.Select(entry => TestRelay.Acknowledgement(entry))],
                Read = relay.Read(),
            });
            await UntilSomebodyWaitsAsync();
            await using var first = await early.BeginTransactionAsync();
            await ScalarAsync(early, "SELECT pg_current_xact_id()::text");
            var second = await late.BeginTransactionAsync();
            await Store.WriteAsync([Message("late")], second, synchronous: false);
            await Store.WriteAsync([Message("early")], first, synchronous: false);
            await first.CommitAsync();
            await hold.RollbackAsync();
            (await acknowledgement).Events.Should().ContainSingle().Which.Message.Stream.Should().Be("early");
            await relay.ReadEventsAsync();
            await WriteAsync([.. Enumerable.Range(0, 300).Select(number => Message($"second-{number}"))]);
            (await DrainAsync(relay, limit: 50)).Should().HaveCount(301);
            await second.CommitAsync();
        }

        (await DrainAsync(relay)).Should().ContainSingle().Which.Message.Stream.Should().Be("late");
    }

    [PostgreSqlFact]
    public async Task An_exchange_that_is_under_way_while_the_lease_is_renewed_keeps_nothing_in_mind()
    {
        var relay = await StartAsync();
        await WriteAsync([.. Enumerable.Range(0, 1000).Select(number => Message($"order-{number}"))]);
        await DrainAsync(relay);
        await WriteAsync(Message());
        var entry = (await relay.ReadEventsAsync()).Single();
        await using var other = await Database.DataSource.OpenConnectionAsync();
        Task acknowledgement, renewal;
        await using (var hold = await HoldAsync(other, partition: 7))
        {
            acknowledgement = relay.AcknowledgeAsync(entry);
            await UntilSomebodyWaitsAsync();
            renewal = relay.RenewAsync();
            await hold.RollbackAsync();
        }

        await Task.WhenAll(acknowledgement, renewal);
        await Database.ExecuteAsync("TRUNCATE domain_event_outbox, domain_event_log RESTART IDENTITY");
        await WriteAsync(Message("restored"));

        (await DrainAsync(relay)).Should().ContainSingle().Which.Message.Stream.Should().Be("restored");
    }

    /// <summary>Locks the row of a partition.</summary>
    private static async Task<NpgsqlTransaction> HoldAsync(NpgsqlConnection connection, int partition)
    {
        var transaction = await connection.BeginTransactionAsync();
        await ScalarAsync(connection, $"SELECT partition FROM domain_event_partition WHERE partition = {partition} FOR UPDATE");
        return transaction;
    }

    private async Task UntilSomebodyWaitsAsync()
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        while (await ScalarAsync(connection, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") is 0L)
        {
            await Task.Yield();
        }
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
