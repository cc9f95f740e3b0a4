using DomainEvents.Outbox;
using DomainEvents.Outbox.Conformance;
using DomainEvents.Sqlite.Storage;
using Microsoft.Data.Sqlite;

namespace DomainEvents.Sqlite.Tests;

/// <summary>SQLite keeps any value in any column, of any size: a row of an event must not cost the memory of its process.</summary>
public sealed class EntryReaderTests : IAsyncLifetime
{
    private const int Huge = 32 << 20;
    private const int Little = 16 << 20;

    private SqliteOutboxDatabase _database = null!;

    public async Task InitializeAsync() => _database = await SqliteOutboxDatabase.CreateAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Theory]
    [InlineData("partition")]
    [InlineData("version")]
    [InlineData("event_id")]
    [InlineData("occurred_at")]
    [InlineData("stored_at")]
    public async Task A_huge_value_where_none_belongs_is_damage_and_not_read(string column)
    {
        foreach (var value in new[] { $"zeroblob({Huge})", $"printf('%.*c', {Huge}, 'x')" })
        {
            await WriteAsync($"{column} = {value}");

            var (message, damage, allocated) = await ReadAsync(Little);

            damage.Should().Contain($"its column {column} holds more than 100 bytes");
            (message.Stream, message.EventType).Should().Be(("order-1", "order-placed"));
            allocated.Should().BeLessThan(Little);
        }
    }

    [Fact]
    public async Task A_huge_id_of_a_dead_letter_is_not_read()
    {
        await WriteAsync($"event_id = printf('%.*c', {Huge}, 'x')");
        var store = _database.CreateStore();
        var relay = new TestRelay(store, "a", new HandlerAnnouncement("mail", "order-placed"));
        await relay.RenewAsync();
        await relay.AcknowledgeAsync((await relay.ReadEventsAsync()).Single(), new Delivery("mail", DeliveryState.Dead, 1));

        var before = GC.GetAllocatedBytesForCurrentThread();
        await using var letters = store.GetDeadLettersAsync().GetAsyncEnumerator();
        var first = letters.MoveNextAsync();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        (first.IsCompletedSuccessfully, await first).Should().Be((true, true));
        letters.Current.EventId.Should().Be(Guid.Empty);
        allocated.Should().BeLessThan(Little);
    }

    [Theory]
    [InlineData("version = 'two'", "version holds String \"two\"")]
    [InlineData("event_id = 'no uuid'", "event_id holds String \"no uuid\"")]
    [InlineData("stored_at = 1.5", "stored_at holds Double \"1.5\"")]
    [InlineData("occurred_at = printf('%.*c', 100, 'x')", "occurred_at holds String \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…\"")]
    public async Task A_short_one_is_told(string change, string expected)
    {
        await WriteAsync(change);

        (await ReadAsync(Little)).Damage.Should().Contain(expected);
    }

    [Theory]
    [InlineData("'none'")]
    [InlineData("'5abc'")]
    [InlineData("1.5")]
    [InlineData("zeroblob(200)")]
    public async Task A_partition_that_is_no_number_is_read_by_whoever_owns_the_first(string value)
    {
        await WriteAsync($"partition = {value}");
        var relay = new TestRelay(_database.CreateStore(), "a", new HandlerAnnouncement("mail", "order-placed"));
        await relay.RenewAsync();

        var ofOthers = await relay.ExchangeAsync(exchange => exchange with { Read = relay.Read() with { Partitions = [.. Enumerable.Range(1, OutboxMessage.PartitionCount - 1)] } });
        ofOthers.Events.Should().BeEmpty();
        var entry = (await relay.ReadEventsAsync()).Should().ContainSingle().Subject;
        await relay.AcknowledgeAsync(entry);

        (entry.Damage, entry.Message.Partition).Should().Match<(string? Damage, int Partition)>(read => read.Damage != null && read.Partition == 0);
        (await relay.ReadEventsAsync()).Should().BeEmpty();
    }

    private async Task WriteAsync(string change)
    {
        await _database.ExecuteAsync("DELETE FROM domain_event_outbox");
        await _database.CreateStore().WriteAsync(
            [
                new OutboxMessage
                {
                    EventId = Guid.NewGuid(),
                    EventType = "order-placed",
                    Payload = "{}"u8.ToArray(),
                    Stream = "order-1",
                    Partition = 1,
                    OccurredAt = DateTimeOffset.UnixEpoch,
                },
            ],
            transaction: null,
            synchronous: true);
        await _database.ExecuteAsync($"UPDATE domain_event_outbox SET {change}");
    }

    /// <summary>Reads the only event there is, and counts what .NET takes for that.</summary>
    private async Task<(OutboxMessage Message, string? Damage, long Allocated)> ReadAsync(int longestPayload)
    {
        await using var connection = (SqliteConnection)await _database.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"select {EntryReader.Columns} from domain_event_outbox";
        command.Parameters.AddWithValue("@longest", longestPayload);

        var before = GC.GetAllocatedBytesForCurrentThread();
#pragma warning disable CA1849, VSTHRD103 // what is counted is what this thread takes
        using var reader = command.ExecuteReader();
        reader.Read();
#pragma warning restore CA1849, VSTHRD103
        var (message, damage) = EntryReader.Read(reader);
        return (message, damage, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
