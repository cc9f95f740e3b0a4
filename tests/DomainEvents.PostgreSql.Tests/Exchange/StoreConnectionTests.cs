using System.Transactions;
using DomainEvents.Outbox;
using DomainEvents.Outbox.Conformance;
using DomainEvents.TestSupport.Databases;
using Npgsql;

namespace DomainEvents.PostgreSql.Tests.Exchange;

/// <summary>What the store does by itself does not depend on what is set around it.</summary>
public sealed class StoreConnectionTests : PostgreSqlTest
{
    [PostgreSqlTheory]
    [InlineData("serializable")]
    [InlineData("repeatable read")]
    public async Task Its_transactions_are_read_committed_whatever_the_default_is(string isolation)
    {
        await Database.ExecuteAsync(
            """
            CREATE TABLE seen (isolation text);
            CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO seen VALUES (current_setting('transaction_isolation')); RETURN NULL; END $$;
            CREATE TRIGGER see_leases AFTER UPDATE ON domain_event_partition FOR EACH STATEMENT EXECUTE FUNCTION see();
            CREATE TRIGGER see_acknowledgements AFTER DELETE ON domain_event_outbox FOR EACH STATEMENT EXECUTE FUNCTION see();
            """);
        await WriteAsync(Message());
        var options = $"-c default_transaction_isolation={isolation.Replace(" ", "\\ ", StringComparison.Ordinal)}";
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(Database.ConnectionString) { Options = options }.ConnectionString);
        await using var store = new PostgreSqlOutboxStore(source, new OutboxOptions());
        var relay = new TestRelay(store, "a", Mail);
        await relay.RenewAsync();
        await relay.AcknowledgeAllAsync(await relay.ReadEventsAsync());

        (await Database.CountAsync("seen")).Should().BeGreaterThan(1);
        (await Database.CountAsync("seen WHERE isolation <> 'read committed'")).Should().Be(0);
    }

    [PostgreSqlFact]
    public async Task It_has_no_part_in_an_ambient_transaction()
    {
        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            await WriteAsync(Message());
            await StartAsync();
        } // rolled back

        (await Store.GetStatusAsync()).Pending.Should().Be(1);
        (await Database.CountAsync("domain_event_relay")).Should().Be(1);
    }

    [PostgreSqlTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_that_is_not_there_says_that_nothing_was_sent(bool synchronous)
    {
        await using var source = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=nobody;Timeout=1");
        await using var store = new PostgreSqlOutboxStore(source, new OutboxOptions());

        var act = async () => await store.WriteAsync([Message()], transaction: null, synchronous);

        var thrown = (await act.Should().ThrowAsync<NpgsqlException>()).Which;
        (thrown.SqlState, thrown.IsTransient).Should().Be(("08001", true));
    }
}
