using System.Globalization;
using DomainEvents.Sqlite.Storage;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace DomainEvents.Sqlite.Tests;

/// <summary>How much a read has to look at: SQLite runs on the thread of the relay.</summary>
public sealed class RelayReaderTests : IAsyncLifetime
{
    private const string Able = """[["order-placed","mail",1],["order-placed","",1]]""";

    private SqliteOutboxDatabase _database = null!;

    public async Task InitializeAsync() => _database = await SqliteOutboxDatabase.CreateAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Theory]
    [InlineData("order-placed", "invoice", 1, 0)]
    [InlineData("order-placed", "invoice", 1, 1)]
    [InlineData("order-placed", "", 2, 3)]
    [InlineData("order-paid", "", 1, 3)]
    [InlineData("order-paid", "mail", 1, 0)]
    public async Task What_waits_for_handlers_and_types_that_others_have_is_not_looked_at(string type, string handler, int version, int state)
    {
        await AddAsync(10, type, handler, version, state);
        var few = await StepsAsync();
        await AddAsync(1000, type, handler, version, state);

        (await StepsAsync()).Should().BeLessThan(few + 100);
    }

    [Fact]
    public async Task What_the_relay_has_handlers_for_is_looked_at_once()
    {
        await AddAsync(500, "order-placed", "mail", 1, state: 0);
        var some = await StepsAsync();
        await AddAsync(500, "order-placed", "mail", 1, state: 0);

        (await StepsAsync()).Should().BeLessThan(some * 3);
    }

    private async Task AddAsync(int count, string type, string handler, int version, int state) => await _database.ExecuteAsync(string.Create(
        CultureInfo.InvariantCulture,
        $"""
        WITH RECURSIVE number(n) AS (SELECT (SELECT count(*) FROM domain_event_delivery) + 1 UNION ALL SELECT n + 1 FROM number LIMIT {count})
        INSERT INTO domain_event_delivery (position, handler, stream, partition, event_type, version, state, attempts, due_at)
        SELECT n, '{handler}', 'order-' || n, n & 63, '{type}', {version}, {state}, 0, 0 FROM number
        """));

    /// <summary>How many instructions of its machine SQLite needs.</summary>
    private async Task<int> StepsAsync()
    {
        await using var connection = (SqliteConnection)await _database.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = RelayReader.ReadyText;
        command.Parameters.AddWithValue("@now", 1L);
        command.Parameters.AddWithValue("@partitions", -1L);
        command.Parameters.AddWithValue("@able", Able);
        var steps = 0;
        raw.sqlite3_progress_handler(connection.Handle, 1, _ => ++steps * 0, null);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
        }

        return steps;
    }
}
