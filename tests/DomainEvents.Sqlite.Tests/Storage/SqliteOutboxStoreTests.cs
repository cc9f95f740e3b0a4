using System.Text;
using DomainEvents.Outbox;
using DomainEvents.Outbox.Conformance;
using DomainEvents.Sqlite.Connections;
using Microsoft.Data.Sqlite;

namespace DomainEvents.Sqlite.Tests;

/// <summary>What only SQLite does, and how it fails.</summary>
public sealed class SqliteOutboxStoreTests : IAsyncLifetime
{
    private SqliteOutboxDatabase _database = null!;

    public async Task InitializeAsync() => _database = await SqliteOutboxDatabase.CreateAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task The_journal_is_a_write_ahead_log() =>
        (await _database.ExecuteAsync("PRAGMA journal_mode")).Should().Be("wal");

    [Fact]
    public async Task A_payload_is_text_that_whoever_looks_into_the_file_can_read()
    {
        var store = _database.CreateStore();
        await store.WriteAsync([Message("""{"name":"Zoë"}""")], transaction: null, synchronous: true);
        await AppendAsync(store, Message("""{"name":"Zoë"}"""));
        await AppendAsync(store, Message("""{"name":"Zoë"}"""), Message("""{"name":"Zoë"}"""));

        (await _database.CountAsync("""domain_event_outbox WHERE typeof(payload) = 'text' AND payload = '{"name":"Zoë"}'""")).Should().Be(4);
    }

    [Fact]
    public async Task A_position_is_not_used_again_when_somebody_empties_the_tables_by_hand()
    {
        var store = _database.CreateStore();
        await store.WriteAsync([Message(), Message()], transaction: null, synchronous: true);
        var last = await _database.LastPositionAsync();
        await _database.ExecuteAsync("DELETE FROM domain_event_outbox");

        await store.WriteAsync([Message()], transaction: null, synchronous: true);

        (await _database.LastPositionAsync()).Should().BeGreaterThan(last);
    }

    [Fact]
    public async Task A_position_is_not_used_again_in_whatever_way_rows_come_and_go()
    {
        var store = _database.CreateStore();
        var relay = new TestRelay(store, "a", new HandlerAnnouncement("mail", Message().EventType));
        await relay.RenewAsync();
        var used = new HashSet<long>();
        for (var round = 0; round < 12; round++)
        {
            switch (round % 4)
            {
                case 0:
                    await store.WriteAsync([Message(), Message()], transaction: null, synchronous: true);
                    break;
                case 1:
                    await AppendAsync(store, Message());
                    break;
                case 2:
                    await AppendAsync(store, Message(), Message(), Message());
                    break;
                default:
                    await using (var connection = await _database.OpenAsync())
                    await using (var transaction = await connection.BeginTransactionAsync())
                    {
                        await store.WriteAsync([Message(), Message()], transaction, synchronous: false);
                        await transaction.CommitAsync();
                    }

                    break;
            }

            var entries = await relay.ReadEventsAsync();
            var last = used.DefaultIfEmpty().Max();
            var written = entries.Select(entry => entry.Message.Position).Where(position => !used.Contains(position)).ToList();
            written.Should().NotBeEmpty().And.OnlyContain(position => position > last);
            used.UnionWith(written);
            if (round % 3 == 1)
            {
                await relay.AcknowledgeAllAsync(entries);
            }
            else
            {
                await _database.ExecuteAsync($"DELETE FROM domain_event_outbox WHERE position >= {(round % 3 == 0 ? 0 : used.Max())}");
            }
        }
    }

    [Fact]
    public async Task A_write_waits_for_another_connection_that_writes()
    {
        await using var other = await _database.OpenAsync();
        await OutboxDatabase.ExecuteAsync(other, "BEGIN IMMEDIATE");
        var store = _database.CreateStore();

        var writing = Task.Run(async () => await store.WriteAsync([Message()], transaction: null, synchronous: true));
        var status = await store.GetStatusAsync(); // readers do not wait
        await OutboxDatabase.ExecuteAsync(other, "COMMIT");
        await writing;

        status.Pending.Should().Be(0);
        (await store.GetStatusAsync()).Pending.Should().Be(1);
    }

    [Fact]
    public async Task A_write_that_waits_too_long_says_so_and_nothing_is_lost()
    {
        await using var other = await _database.OpenAsync();
        var store = _database.CreateStore(new DatabaseFile(_database.ConnectionString + ";Default Timeout=1"));
        await store.WriteAsync([Message()], transaction: null, synchronous: true);
        await OutboxDatabase.ExecuteAsync(other, "BEGIN IMMEDIATE");

        var write = async () => await store.WriteAsync([Message()], transaction: null, synchronous: false);
        var error = (await write.Should().ThrowAsync<SqliteException>()).Which;
        await OutboxDatabase.ExecuteAsync(other, "COMMIT");
        await write.Should().NotThrowAsync();

        error.SqliteErrorCode.Should().Be(5);
        error.Message.Should().Contain("Default Timeout").And.Contain(_database.File);
        (await store.GetStatusAsync()).Pending.Should().Be(2);
    }

    [Fact]
    public async Task A_file_that_may_only_be_read_is_read_and_says_that_it_cannot_be_written()
    {
        var store = _database.CreateStore(new DatabaseFile(_database.ConnectionString + ";Mode=ReadOnly"));

        var write = async () => await store.WriteAsync([Message()], transaction: null, synchronous: false);
        var renew = async () => await new TestRelay(store, "a").RenewAsync();

        foreach (var call in new Func<Task>[] { write, renew })
        {
            var error = (await call.Should().ThrowAsync<SqliteException>()).Which;
            error.SqliteErrorCode.Should().Be(8);
            error.Message.Should().Contain("\"Mode\"").And.Contain(_database.File);
        }

        (await store.GetStatusAsync()).Pending.Should().Be(0);
    }

    [Fact]
    public async Task A_full_disk_fails_the_transaction_and_nothing_of_it_is_written()
    {
        var store = _database.CreateStore();
        await using var connection = await _database.OpenAsync();
        await OutboxDatabase.ExecuteAsync(connection, "PRAGMA max_page_count = 40");
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await store.WriteAsync([Message()], transaction, synchronous: false);
            var write = async () => await store.WriteAsync([Message(new string('x', 1 << 20))], transaction, synchronous: false);

            var error = (await write.Should().ThrowAsync<SqliteException>()).Which;

            error.SqliteErrorCode.Should().Be(13);
            error.Message.Should().Contain("full").And.Contain(_database.File);
        }

        (await store.GetStatusAsync()).Pending.Should().Be(0);
        await store.WriteAsync([Message()], transaction: null, synchronous: false);
        (await store.GetStatusAsync()).Pending.Should().Be(1);
    }

    [Fact]
    public async Task A_folder_that_is_missing_is_named()
    {
        var store = _database.CreateStore(new DatabaseFile($"Data Source={_database.File}.folder/outbox.db"));

        var write = async () => await store.WriteAsync([Message()], transaction: null, synchronous: true);

        (await write.Should().ThrowAsync<SqliteException>()).Which.Message.Should().Contain("folder").And.Contain(".folder/outbox.db");
    }

    [Fact]
    public async Task A_file_that_is_no_database_fails_every_call_and_not_the_next_store()
    {
        var file = _database.File + ".txt";
        await File.WriteAllTextAsync(file, new string('x', 5000));
        var store = _database.CreateStore(new DatabaseFile($"Data Source={file}"));

        var write = async () => await store.WriteAsync([Message()], transaction: null, synchronous: true);

        await write.Should().ThrowAsync<SqliteException>();
        await write.Should().ThrowAsync<SqliteException>();
        await _database.CreateStore().WriteAsync([Message()], transaction: null, synchronous: true);
    }

    [Fact]
    public async Task A_database_that_keeps_text_as_utf_16_is_refused()
    {
        var connectionString = $"Data Source={_database.File}.utf16;Pooling=False";
        await using (var connection = new SqliteConnection(connectionString))
        {
            await connection.OpenAsync();
            await OutboxDatabase.ExecuteAsync(connection, "PRAGMA encoding = 'UTF-16le'");
            await OutboxDatabase.ExecuteAsync(connection, "CREATE TABLE orders (id INT)");
        }

        var status = async () => await _database.CreateStore(new DatabaseFile(connectionString)).GetStatusAsync();

        (await status.Should().ThrowAsync<NotSupportedException>()).WithMessage("*UTF-16le*UTF-8*");
    }

    [Fact]
    public async Task A_failure_within_a_call_leaves_no_transaction_behind()
    {
        var store = _database.CreateStore();
        await _database.ExecuteAsync("CREATE TRIGGER no BEFORE INSERT ON domain_event_relay BEGIN SELECT RAISE(ABORT, 'no'); END");
        var relay = new TestRelay(store, "a");
        await relay.Invoking(one => one.RenewAsync()).Should().ThrowAsync<SqliteException>();
        await _database.ExecuteAsync("DROP TRIGGER no");

        var lease = await relay.RenewAsync();

        lease.Partitions.Should().HaveCount(OutboxMessage.PartitionCount);
    }

    [Fact]
    public async Task A_connection_may_be_closed_and_opened_between_transactions()
    {
        var store = _database.CreateStore();
        await using var connection = _database.CreateConnection();
        for (var number = 0; number < 3; number++)
        {
            await connection.OpenAsync();
            await using (var transaction = await connection.BeginTransactionAsync())
            {
                await store.WriteAsync([Message()], transaction, synchronous: number == 1);
                await transaction.CommitAsync();
            }

            await connection.CloseAsync();
        }

        (await store.GetStatusAsync()).Pending.Should().Be(3);
    }

    [Fact]
    public async Task A_store_that_is_disposed_of_refuses_work()
    {
        var store = _database.CreateStore();
        await store.GetStatusAsync();
        store.Dispose();

        var status = async () => await store.GetStatusAsync();

        await status.Should().ThrowAsync<ObjectDisposedException>();
    }

    private async Task AppendAsync(IOutboxStore store, params OutboxMessage[] messages)
    {
        await using var connection = await _database.OpenAsync();
        await using var command = connection.CreateCommand();
        store.AddInsert(command, messages);
        await command.ExecuteNonQueryAsync();
    }

    private static OutboxMessage Message(string payload = "{}") => new()
    {
        EventId = Guid.NewGuid(),
        EventType = "order-placed",
        Payload = Encoding.UTF8.GetBytes(payload),
        Stream = "order-1",
        Partition = 1,
        OccurredAt = DateTimeOffset.UnixEpoch,
    };
}
