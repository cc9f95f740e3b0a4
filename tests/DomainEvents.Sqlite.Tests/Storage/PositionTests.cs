using DomainEvents.Outbox;
using DomainEvents.Outbox.Conformance;
using DomainEvents.Sqlite.Storage;
using Microsoft.Data.Sqlite;

namespace DomainEvents.Sqlite.Tests;

/// <summary>A position that is used twice gives a handler the payload of another event: so none ever is.</summary>
public sealed class PositionTests : IAsyncLifetime
{
    private SqliteOutboxDatabase _database = null!;

    public async Task InitializeAsync() => _database = await SqliteOutboxDatabase.CreateAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Theory]
    [InlineData("domain_event_checkpoint", true)]
    [InlineData("domain_event_checkpoint", false)]
    [InlineData("domain_event_position", true)]
    [InlineData("domain_event_position", false)]
    public async Task Positions_go_on_when_somebody_empties_the_table_of_projections_or_that_of_positions(string table, bool keepHistory)
    {
        var store = _database.CreateStore(options => options.KeepHistory = keepHistory);
        var last = await WriteAsync(store);
        await AcknowledgeAsync(store, keepHistory);

        await _database.ExecuteAsync($"DELETE FROM {table}");

        (await WriteAsync(store)).Should().Be(last + 3);
    }

    [Fact]
    public async Task Positions_go_on_when_the_last_event_is_handled_first()
    {
        var store = _database.CreateStore(options => options.KeepHistory = false);
        var last = await WriteAsync(store);
        var relay = new TestRelay(store, "a", new HandlerAnnouncement("mail", "order-placed")) { KeepHistory = false };
        await relay.RenewAsync();
        foreach (var entry in (await relay.ReadEventsAsync()).OrderByDescending(entry => entry.Message.Position))
        {
            await relay.AcknowledgeAsync(entry);
        }

        (await WriteAsync(store)).Should().Be(last + 3);
    }

    [Fact]
    public async Task The_script_goes_on_from_the_log_where_the_table_is_new()
    {
        var store = _database.CreateStore();
        var last = await WriteAsync(store);
        await AcknowledgeAsync(store, keepHistory: true);
        await _database.ExecuteAsync("DROP TABLE domain_event_position");

        await _database.CreateSchema().EnsureCreatedAsync();

        (await WriteAsync(store)).Should().Be(last + 3);
    }

    [Fact]
    public async Task The_script_goes_on_from_the_outbox_where_the_table_is_new()
    {
        var store = _database.CreateStore(options => options.KeepHistory = false);
        var last = await WriteAsync(store);
        await _database.ExecuteAsync("DROP TABLE domain_event_position");

        await _database.CreateSchema().EnsureCreatedAsync();
        await AcknowledgeAsync(store, keepHistory: false);

        (await WriteAsync(store)).Should().Be(last + 3);
    }

    [Fact]
    public async Task The_script_does_not_go_back_where_the_log_is_behind()
    {
        var store = _database.CreateStore();
        await WriteAsync(store);
        await AcknowledgeAsync(store, keepHistory: true);
        var last = await WriteAsync(store);
        await AcknowledgeAsync(store, keepHistory: false);

        await _database.ExecuteAsync(_database.CreateSchema().Script());

        (await WriteAsync(store)).Should().Be(last + 3);
    }

    [Fact]
    public async Task The_script_raises_a_position_that_is_behind_the_log()
    {
        var store = _database.CreateStore();
        var last = await WriteAsync(store);
        await AcknowledgeAsync(store, keepHistory: true);
        await _database.ExecuteAsync("UPDATE domain_event_position SET position = 0");

        await _database.CreateSchema().EnsureCreatedAsync();

        (await WriteAsync(store)).Should().Be(last + 3);
    }

    [Fact]
    public async Task The_next_position_is_found_without_looking_at_the_rows()
    {
        await using var connection = (SqliteConnection)await _database.OpenAsync();
        await using var command = InsertStatement.For(connection);
        command.CommandText = "EXPLAIN QUERY PLAN " + command.CommandText;
        foreach (SqliteParameter parameter in command.Parameters)
        {
            parameter.Value = DBNull.Value;
        }

        List<string> plan = [];
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            plan.Add(reader.GetString(3));
        }

        plan.Where(line => line.StartsWith("SEARCH ", StringComparison.Ordinal)).Should().HaveCount(2);
        plan.Should().NotContain(line => line.StartsWith("SCAN ", StringComparison.Ordinal));
    }

    /// <summary>Three events; returns the position of the last.</summary>
    private async Task<long> WriteAsync(SqliteOutboxStore store)
    {
        await store.WriteAsync([Message(), Message(), Message()], transaction: null, synchronous: true);
        return await _database.LastPositionAsync();
    }

    private static async Task AcknowledgeAsync(SqliteOutboxStore store, bool keepHistory)
    {
        var relay = new TestRelay(store, "a", new HandlerAnnouncement("mail", "order-placed")) { KeepHistory = keepHistory };
        await relay.RenewAsync();
        await relay.AcknowledgeAllAsync(await relay.ReadEventsAsync());
    }

    private static OutboxMessage Message() => new()
    {
        EventId = Guid.NewGuid(),
        EventType = "order-placed",
        Payload = "{}"u8.ToArray(),
        Stream = "order-1",
        Partition = 1,
        OccurredAt = DateTimeOffset.UnixEpoch,
    };
}
