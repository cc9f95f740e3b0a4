using System.Text;
using DomainEvents.Outbox;
using DomainEvents.Outbox.Conformance;
using DomainEvents.PostgreSql.Tests.Conformance;
using Npgsql;

namespace DomainEvents.PostgreSql.Tests;

/// <summary>A database with tables, and a store.</summary>
public abstract class PostgreSqlTest : IAsyncLifetime
{
    protected const string Type = "order-placed";

    protected static HandlerAnnouncement Mail { get; } = new("mail", Type);

    private protected PostgreSqlOutboxDatabase Database { get; private set; } = null!;

    private protected PostgreSqlOutboxStore Store { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (TestSupport.Databases.PostgreSqlServer.ReasonToSkip is null)
        {
            Database = await PostgreSqlOutboxDatabase.CreateAsync();
            await Database.CreateSchema().EnsureCreatedAsync();
            Store = Database.CreateStore();
        }
    }

    public async Task DisposeAsync()
    {
        if (Database is not null)
        {
            await Database.DisposeAsync();
        }
    }

    protected static OutboxMessage Message(string stream = "order-1", int partition = 7) => new()
    {
        EventId = Guid.NewGuid(),
        EventType = Type,
        Payload = Encoding.UTF8.GetBytes("{}"),
        Stream = stream,
        Partition = partition,
        OccurredAt = new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero),
    };

    protected async Task WriteAsync(params OutboxMessage[] messages) => await Store.WriteAsync(messages, transaction: null, synchronous: false);

    protected async Task<TestRelay> StartAsync(string name = "a", params HandlerAnnouncement[] handlers)
    {
        var relay = new TestRelay(Store, name, handlers.Length == 0 ? [Mail] : handlers);
        await relay.RenewAsync();
        return relay;
    }

    /// <summary>Acknowledges what was read, and reads what is next, until there is nothing.</summary>
    protected static async Task<List<OutboxEntry>> DrainAsync(TestRelay relay, int limit = 100)
    {
        var seen = new List<OutboxEntry>();
        IReadOnlyList<OutboxEntry> entries = [];
        do
        {
            var done = entries;
            entries = (await relay.ExchangeAsync(exchange => exchange with
            {
                Fence = relay.Fence([.. done.Select(entry => entry.Message.Partition)]),
                Acknowledgements = [.. done.Select(entry => TestRelay.Acknowledgement(entry))],
                Read = relay.Read() with { Limit = limit },
            })).Events;
            seen.AddRange(entries);
        }
        while (entries.Count > 0);
        return seen;
    }

    /// <summary>Ends the server's side of all connections but the one that says so.</summary>
    private protected async Task KillAllAsync()
    {
        await using var other = NpgsqlDataSource.Create(Database.ConnectionString + ";Application Name=killer");
        await using var command = other.CreateCommand(
            "SELECT count(*) FROM (SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity a "
            + "WHERE application_name = $1 AND pid <> pg_backend_pid()) ended");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Database.Name });
        (await command.ExecuteScalarAsync()).Should().NotBe(0L, "somebody was there");
    }
}
