using System.Data.Common;

namespace DomainEvents.Outbox.Conformance;

/// <summary>The tables, and who makes them.</summary>
public abstract class SchemaFacts : StoreConformance
{
    [StoreFact]
    public async Task The_schema_may_be_created_again_and_keeps_what_it_has()
    {
        await WriteAsync(Message());
        var before = await Database.DescribeAsync();

        await Database.CreateSchema().EnsureCreatedAsync();

        (await Database.DescribeAsync()).Should().Be(before);
        (await Database.CountAsync("domain_event_outbox")).Should().Be(1);
    }

    [StoreFact]
    public async Task Many_may_create_the_schema_at_once()
    {
        await using var database = await CreateDatabaseAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () => await database.CreateSchema().EnsureCreatedAsync())));

        (await database.DescribeAsync()).Should().Be(await Database.DescribeAsync());
        await database.CreateStore().WriteAsync([Message()], transaction: null, synchronous: false);
    }

    [StoreFact]
    public async Task The_script_makes_the_same_tables_and_may_run_again()
    {
        await using var database = await CreateDatabaseAsync();
        var script = database.CreateSchema().Script();

        await database.ExecuteAsync(script);
        var once = await database.DescribeAsync();
        await database.ExecuteAsync(script);
        var twice = await database.DescribeAsync();
        await database.CreateSchema().EnsureCreatedAsync();

        once.Should().Be(await Database.DescribeAsync());
        twice.Should().Be(once);
        (await database.DescribeAsync()).Should().Be(once);
    }

    [StoreFact]
    public async Task The_script_alone_is_enough_to_work()
    {
        await using var database = await CreateDatabaseAsync();
        await database.ExecuteAsync(database.CreateSchema().Script());
        var relay = new TestRelay(database.CreateStore(), "a", Mail);

        await relay.RenewAsync();
        await database.CreateStore().WriteAsync([Message()], transaction: null, synchronous: false);

        relay.Owned.Should().HaveCount(OutboxMessage.PartitionCount);
        (await relay.ReadEventsAsync()).Should().ContainSingle();
    }

    [StoreFact]
    public async Task Missing_tables_are_told_of_with_what_makes_them()
    {
        await using var database = await CreateDatabaseAsync();
        var store = database.CreateStore();
        var relay = new TestRelay(store, "a", Mail) { Owned = [new OwnedPartition(Partition, 1)] };

        Func<Task>[] calls =
        [
            async () => await store.WriteAsync([Message()], transaction: null, synchronous: false),
            async () => await store.WriteAsync([Message()], transaction: null, synchronous: true),
            async () => await relay.RenewAsync(),
            async () => await relay.ReadAsync(),
            async () => await relay.ReleaseAsync(leaves: true),
            async () => await store.GetStatusAsync(),
            async () => await store.RequeueAsync(1, Mail.Handler),
            async () => await store.PurgeAsync(TimeSpan.FromDays(1), limit: 1),
        ];

        foreach (var call in calls)
        {
            (await call.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*EnsureCreatedAsync*").WithInnerException<DbException>();
        }
    }

    [StoreFact]
    public async Task A_schema_name_is_refused_clearly_or_taken_word_for_word()
    {
        foreach (var name in new[] { "", " ", "Mixed Case", "a\"b", "a'; DROP TABLE domain_event_outbox; --", "ünï漢", new string('x', 200), "nul\0" })
        {
            var create = async () =>
            {
                await using var database = await CreateDatabaseAsync();
                await database.CreateSchema(options => options.Schema = name).EnsureCreatedAsync();
                var store = database.CreateStore(options => options.Schema = name);
                await store.WriteAsync([Message()], transaction: null, synchronous: false);
                return (await store.GetStatusAsync()).Pending;
            };

            try
            {
                (await create()).Should().Be(1);
            }
            catch (ArgumentException exception)
            {
                exception.Message.Should().Contain(nameof(OutboxOptions.Schema));
            }
        }

        (await Database.CountAsync("domain_event_outbox")).Should().Be(0);
    }
}
