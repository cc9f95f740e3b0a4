using DomainEvents.Outbox;
using DomainEvents.Outbox.Conformance;
using DomainEvents.TestSupport.Databases;
using Npgsql;

namespace DomainEvents.PostgreSql.Tests.Exchange;

public sealed class ExchangeOnPostgreSqlTests : PostgreSqlTest
{
    [PostgreSqlFact]
    public async Task What_commits_below_thousands_that_are_done_is_read_all_the_same()
    {
        var relay = await StartAsync();
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        await using var late = await connection.BeginTransactionAsync();
        await Store.WriteAsync([Message("late")], late, synchronous: false);
        await WriteAsync([.. Enumerable.Range(0, 3000).Select(number => Message($"order-{number}", number % 64))]);
        var drained = await DrainAsync(relay);

        await late.CommitAsync();

        drained.Should().HaveCount(3000);
        (await DrainAsync(relay)).Should().ContainSingle().Which.Message.Stream.Should().Be("late");
    }

    [PostgreSqlFact]
    public async Task What_is_written_after_thousands_are_done_is_read()
    {
        var relay = await StartAsync();
        await WriteAsync([.. Enumerable.Range(0, 3000).Select(number => Message($"order-{number}", number % 64))]);
        await DrainAsync(relay);
        await WriteAsync(Message("one"));

        (await DrainAsync(relay)).Should().ContainSingle().Which.Message.Stream.Should().Be("one");
    }

    [PostgreSqlFact]
    public async Task After_a_restore_to_lower_positions_it_goes_on_with_the_next_renewal()
    {
        var relay = await StartAsync();
        await WriteAsync([.. Enumerable.Range(0, 3000).Select(number => Message($"order-{number}", number % 64))]);
        await DrainAsync(relay);
        await Database.ExecuteAsync("TRUNCATE domain_event_outbox, domain_event_log RESTART IDENTITY");
        await WriteAsync(Message("restored"));

        await relay.RenewAsync();

        (await DrainAsync(relay)).Should().ContainSingle().Which.Message.Stream.Should().Be("restored");
    }

    [PostgreSqlFact]
    public async Task An_event_that_was_put_back_out_of_the_log_is_acknowledged_as_any_other()
    {
        var relay = await StartAsync();
        await WriteAsync(Message(), Message("order-2"));
        await DrainAsync(relay);
        const string Columns = "position, event_id, event_type, version, payload, stream, partition, occurred_at";
        await Database.ExecuteAsync($"INSERT INTO domain_event_outbox ({Columns}) OVERRIDING SYSTEM VALUE SELECT {Columns} FROM domain_event_log");

        (await DrainAsync(relay)).Should().HaveCount(2);
        (await DrainAsync(relay)).Should().BeEmpty();
    }

    [PostgreSqlFact]
    public async Task Of_an_event_with_a_time_that_dotnet_does_not_have_the_other_one_is_read()
    {
        var relay = await StartAsync();
        await WriteAsync(Message(), Message());
        await Database.ExecuteAsync("UPDATE domain_event_outbox SET occurred_at = '20000-01-01' WHERE position % 2 = 0");
        await Database.ExecuteAsync("UPDATE domain_event_outbox SET stored_at = '4000-01-01 BC' WHERE position % 2 = 1");

        var entries = (await relay.ReadEventsAsync()).OrderBy(entry => entry.Message.Position % 2).ToList();

        entries.Should().OnlyContain(entry => entry.Damage!.StartsWith("One of its times cannot be read"));
        entries[0].Message.OccurredAt.Should().Be(default);
        entries[0].Message.StoredAt.Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(5));
        (entries[1].Message.OccurredAt, entries[1].Message.StoredAt).Should().Be((Message().OccurredAt, default));
    }

    [PostgreSqlFact]
    public async Task Of_thousands_that_wait_behind_a_dead_letter_none_is_looked_at()
    {
        var relay = await StartAsync();
        await WriteAsync([.. Enumerable.Range(0, 50).Select(_ => Message())]);
        var entries = await relay.ReadEventsAsync();

        await relay.ExchangeAsync(exchange => exchange with
        {
            Fence = relay.Fence(7),
            Acknowledgements = [.. entries.Select((entry, index) => TestRelay.Acknowledgement(
                entry, new Delivery("mail", index == 0 ? DeliveryState.Dead : DeliveryState.Waiting)))],
        });

        (await Database.CountAsync("domain_event_delivery WHERE due_at < 'infinity'")).Should().Be(0);
        await Store.DiscardAsync(entries[0].Message.Position, "mail");
        (await Database.CountAsync("domain_event_delivery WHERE due_at < 'infinity'")).Should().Be(1);
    }

    [PostgreSqlFact]
    public async Task What_waits_and_was_let_go_after_an_exchange_had_begun_says_when_it_is_due()
    {
        var relay = await StartAsync();
        await WriteAsync(Message());
        await relay.AcknowledgeAsync((await relay.ReadEventsAsync()).Single(), new Delivery("mail", DeliveryState.Waiting));
        await Database.ExecuteAsync("UPDATE domain_event_delivery SET due_at = now() + interval '5 minutes'"); // the now() of another transaction

        var result = await relay.ReadAsync();

        result.Deliveries.Should().BeEmpty();
        result.NextDue.Should().BeCloseTo(TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(1));
    }

    [PostgreSqlFact]
    public async Task What_comes_to_wait_while_the_one_ahead_is_discarded_is_not_forgotten()
    {
        var relay = await StartAsync();
        for (var round = 0; round < 20; round++)
        {
            var stream = $"order-{round}";
            await WriteAsync(Message(stream), Message(stream));
            var entries = await relay.ReadEventsAsync();
            await relay.AcknowledgeAsync(entries[0], new Delivery("mail", DeliveryState.Dead));

            await Task.WhenAll(
                Task.Run(() => relay.AcknowledgeAsync(entries[1], new Delivery("mail", DeliveryState.Waiting))),
                Task.Run(async () => await Store.DiscardAsync(entries[0].Message.Position, "mail")));

            var delivery = (await relay.ReadDeliveriesAsync()).Should().ContainSingle().Subject;
            await relay.AcknowledgeAsync(delivery);
        }
    }

    [PostgreSqlFact]
    public async Task Leases_outlive_the_connections_of_their_relay()
    {
        var relay = await StartAsync();
        await WriteAsync(Message());
        var entry = (await relay.ReadEventsAsync()).Single();
        await KillAllAsync();

        await relay.Invoking(one => one.AcknowledgeAsync(entry)).Should().ThrowAsync<NpgsqlException>();
        var result = await relay.AcknowledgeAsync(entry);

        result.Lost.Should().BeEmpty();
        (await relay.ReadEventsAsync()).Should().BeEmpty();
    }

    [PostgreSqlFact]
    public async Task The_read_goes_along_the_primary_key_although_the_table_was_empty_when_it_was_planned()
    {
        var relay = await StartAsync();
        await relay.ReadEventsAsync();
        var statements = new ReadStatements(new OutboxTables(null));
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var fence = new NpgsqlCommand(new ExchangeStatements(new OutboxTables(null)).Fence, connection)
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = "a" }, new NpgsqlParameter<long[]> { TypedValue = [] } },
        };
        await fence.ExecuteNonQueryAsync();

        await using var explain = new NpgsqlCommand("EXPLAIN " + statements.Events, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = 0 },
                new NpgsqlParameter<string> { TypedValue = "a" },
                new NpgsqlParameter<short[]> { TypedValue = [1, 2] },
                new NpgsqlParameter<string[]> { TypedValue = ["busy"] },
                new NpgsqlParameter<long> { TypedValue = 100 },
                new NpgsqlParameter<int> { TypedValue = int.MaxValue },
            },
        };
        var plan = new List<string>();
        await using (var reader = await explain.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                plan.Add(reader.GetString(0));
            }
        }

        plan.Should().Contain(line => line.Contains("Index Scan using domain_event_outbox_pkey", StringComparison.Ordinal));
        plan.Should().NotContain(line => line.Contains("Sort", StringComparison.Ordinal));
    }
}
