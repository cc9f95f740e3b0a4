using System.Text;

namespace DomainEvents.Outbox.Conformance;

/// <summary>What the tests of all themes have in common: a database of the test's own, with tables, and a store.</summary>
public abstract class StoreConformance : IAsyncLifetime
{
    protected const string Type = "order-placed";
    protected const string OtherType = "order-paid";
    protected const string Stream = "order-1";
    protected const int Partition = 7;

    protected static HandlerAnnouncement Mail { get; } = new("mail", Type);

    protected static HandlerAnnouncement Stock { get; } = new("stock", Type);

    protected OutboxDatabase Database { get; private set; } = null!;

    protected IOutboxStore Store { get; private set; } = null!;

    /// <summary>A database without tables.</summary>
    protected abstract Task<OutboxDatabase> CreateDatabaseAsync();

    public virtual async Task InitializeAsync()
    {
        Database = await CreateDatabaseAsync();
        await Database.CreateSchema().EnsureCreatedAsync();
        Store = Database.CreateStore();
    }

    public async Task DisposeAsync() => await Database.DisposeAsync();

    protected static OutboxMessage Message(string stream = Stream, int partition = Partition, string type = Type, string payload = "{}") => new()
    {
        EventId = Guid.NewGuid(),
        EventType = type,
        Payload = Encoding.UTF8.GetBytes(payload),
        Stream = stream,
        Partition = partition,
        OccurredAt = new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero),
    };

    /// <summary>Writes events in a transaction of their own.</summary>
    protected async Task WriteAsync(params OutboxMessage[] messages) =>
        await Store.WriteAsync(messages, transaction: null, synchronous: false);

    /// <summary>A relay of another process that has everything there is to have at the moment.</summary>
    protected async Task<TestRelay> StartAsync(string name, params HandlerAnnouncement[] handlers)
    {
        var relay = new TestRelay(Database.CreateStore(), name, handlers);
        await relay.RenewAsync();
        return relay;
    }

    /// <summary>Writes one event and reads it as the relay.</summary>
    protected async Task<OutboxEntry> WriteAndReadAsync(TestRelay relay, OutboxMessage message)
    {
        await WriteAsync(message);
        return (await relay.ReadAsync(limit: 1000)).Events.Single(entry => entry.Message.EventId == message.EventId);
    }

    /// <summary>Writes one event and acknowledges it as the relay, with what is left.</summary>
    protected async Task<OutboxEntry> WriteAndLeaveAsync(TestRelay relay, OutboxMessage message, params Delivery[] left)
    {
        var entry = await WriteAndReadAsync(relay, message);
        await relay.AcknowledgeAsync(entry, left);
        return entry;
    }

    protected async Task<List<DeadLetter>> DeadLettersAsync()
    {
        var letters = new List<DeadLetter>();
        await foreach (var letter in Store.GetDeadLettersAsync())
        {
            letters.Add(letter);
        }

        return letters;
    }

    protected static Delivery Waiting(HandlerAnnouncement handler) => new(handler.Handler, DeliveryState.Waiting);

    protected static Delivery Due(HandlerAnnouncement handler, int attempts = 1, int minutes = 0) =>
        new(handler.Handler, DeliveryState.Due, attempts, TimeSpan.FromMinutes(minutes), "it failed");

    protected static Delivery Dead(HandlerAnnouncement handler, int attempts = 10) =>
        new(handler.Handler, DeliveryState.Dead, attempts, Error: "it failed for good");

    protected static Delivery Parked() => new(Delivery.AllHandlers, DeliveryState.Parked);
}
