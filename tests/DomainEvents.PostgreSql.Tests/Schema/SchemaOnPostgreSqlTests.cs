using DomainEvents.Outbox;
using DomainEvents.PostgreSql.Tests.Conformance;
using DomainEvents.TestSupport.Databases;
using Npgsql;

namespace DomainEvents.PostgreSql.Tests.Schema;

public sealed class SchemaOnPostgreSqlTests : PostgreSqlTest
{
    [PostgreSqlFact]
    public async Task A_transaction_has_its_number_before_it_draws_a_position()
    {
        const string Insert = "EXPLAIN (VERBOSE) INSERT INTO domain_event_outbox (event_id, event_type, version, payload, stream, partition, occurred_at) ";
        foreach (var rows in new[]
        {
            "VALUES (gen_random_uuid(), 'a', 1, '', '', 1, now())",
            "VALUES (gen_random_uuid(), 'a', 1, '', '', 1, now()), (gen_random_uuid(), 'a', 1, '', '', 1, now())",
            "SELECT gen_random_uuid(), 'a', 1, '', name, 1, now() FROM unnest(ARRAY['a', 'b']) name",
        })
        {
            var plan = string.Join('\n', await ExplainAsync(Insert + rows));

            plan.Should().Contain("nextval");
            plan.IndexOf("pg_current_xact_id()", StringComparison.Ordinal).Should().BeInRange(0, plan.IndexOf("nextval", StringComparison.Ordinal), "defaults are evaluated in the order of the columns");
        }
    }

    [PostgreSqlFact]
    public async Task A_schema_may_have_any_name()
    {
        foreach (var name in new[] { "Mixed Case", "quoted\"name", "it's \\ $domain_events$", new string('x', 63), "ünï漢" })
        {
            var schema = $"{name}"[..Math.Min(name.Length, 50)] + Guid.NewGuid().ToString("N")[..8];
            await Database.CreateSchema(options => options.Schema = schema).EnsureCreatedAsync();
            await using var store = Database.CreateStore(options => options.Schema = schema);

            await store.WriteAsync([Message()], transaction: null, synchronous: false);

            (await store.GetStatusAsync()).Pending.Should().Be(1, "it is in {0}", schema);
        }

        (await Store.GetStatusAsync()).Pending.Should().Be(0);
    }

    [PostgreSqlFact]
    public void A_name_that_no_schema_can_have_is_refused()
    {
        foreach (var name in new[] { "", "a\0b", new string('x', 64), new string('漢', 22) })
        {
            var act = () => Database.CreateStore(options => options.Schema = name);

            act.Should().Throw<ArgumentException>().WithMessage("*OutboxOptions.Schema*63 bytes*");
        }
    }

    [PostgreSqlFact]
    public async Task Without_a_name_the_search_path_says_where_the_tables_are()
    {
        await using var dataSource = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(Database.ConnectionString) { SearchPath = $"nothing_here,{Database.Name},public" }.ConnectionString);
        var before = await Database.DescribeAsync();

        await new PostgreSqlOutboxSchema(dataSource, new OutboxOptions()).EnsureCreatedAsync();
        await Database.CreateStore(dataSource).WriteAsync([Message()], transaction: null, synchronous: false);

        (await Database.DescribeAsync()).Should().Be(before);
        (await Store.GetStatusAsync()).Pending.Should().Be(1);
    }

    [PostgreSqlFact]
    public async Task Who_may_create_nothing_may_still_ensure_that_it_is_there()
    {
        var role = $"role_{Guid.NewGuid():N}";
        await Database.ExecuteAsync(
            $"CREATE ROLE {role} LOGIN; GRANT USAGE ON SCHEMA {Database.Name} TO {role}; "
            + $"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {Database.Name} TO {role}");
        try
        {
            await using var dataSource = NpgsqlDataSource.Create(Database.ConnectionString + $";Options=-c role={role}");
            var store = Database.CreateStore(dataSource);

            await new PostgreSqlOutboxSchema(dataSource, new OutboxOptions()).EnsureCreatedAsync();
            await store.WriteAsync([Message()], transaction: null, synchronous: false);
            var relay = new Outbox.Conformance.TestRelay(store, "a", Mail);
            await relay.RenewAsync();

            (await DrainAsync(relay)).Should().ContainSingle("tables are all that an application needs rights for");
        }
        finally
        {
            await Database.ExecuteAsync($"DROP OWNED BY {role}; DROP ROLE {role}");
        }
    }

    private async Task<List<string>> ExplainAsync(string sql)
    {
        await using var command = Database.DataSource.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await reader.ReadAsync())
        {
            lines.Add(reader.GetString(0));
        }

        return lines;
    }
}
