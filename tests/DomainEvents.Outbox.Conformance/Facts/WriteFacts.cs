using System.Data.Common;
using System.Globalization;

namespace DomainEvents.Outbox.Conformance;

/// <summary>How events come into the outbox.</summary>
public abstract class WriteFacts : StoreConformance
{
    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await Database.ExecuteAsync("CREATE TABLE orders (id INT PRIMARY KEY)");
    }

    [StoreFact]
    public async Task Events_written_alone_are_committed_when_the_call_returns()
    {
        await Store.WriteAsync([Message(), Message()], transaction: null, synchronous: false);

        (await Database.CountAsync("domain_event_outbox")).Should().Be(2);
    }

    [StoreFact]
    public async Task A_synchronous_write_is_done_when_it_returns()
    {
        var alone = Store.WriteAsync([Message()], transaction: null, synchronous: true);
        await using var connection = await Database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var within = Store.WriteAsync([Message()], transaction, synchronous: true);
        var (isAloneDone, isWithinDone) = (alone.IsCompleted, within.IsCompleted);
        await alone;
        await within;
        await transaction.CommitAsync();

        (isAloneDone, isWithinDone).Should().Be((true, true));
        (await Database.CountAsync("domain_event_outbox")).Should().Be(2);
    }

    [StoreFact]
    public async Task No_events_are_nothing()
    {
        await Store.WriteAsync([], transaction: null, synchronous: true);
        await Store.WriteAsync([], transaction: null, synchronous: false);

        (await Database.CountAsync("domain_event_outbox")).Should().Be(0);
    }

    [StoreFact]
    public async Task Events_become_visible_with_the_commit_of_their_transaction()
    {
        await using var connection = await Database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await OutboxDatabase.ExecuteAsync(connection, "INSERT INTO orders VALUES (1)", transaction);
        await Store.WriteAsync([Message()], transaction, synchronous: false);

        var before = await Database.CountAsync("domain_event_outbox");
        await transaction.CommitAsync();

        (before, await Database.CountAsync("domain_event_outbox"), await Database.CountAsync("orders")).Should().Be((0, 1, 1));
    }

    [StoreFact]
    public async Task Events_are_rolled_back_with_their_transaction()
    {
        await using var connection = await Database.OpenAsync();
        foreach (var synchronous in new[] { true, false })
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await OutboxDatabase.ExecuteAsync(connection, "INSERT INTO orders VALUES (1)", transaction);
            await Store.WriteAsync([Message()], transaction, synchronous);
            await transaction.RollbackAsync();
        }

        (await Database.CountAsync("domain_event_outbox"), await Database.CountAsync("orders")).Should().Be((0, 0));
    }

    [StoreFact]
    public async Task Events_behind_a_savepoint_are_rolled_back_with_it()
    {
        await using var connection = await Database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await Store.WriteAsync([Message("kept")], transaction, synchronous: false);
        await transaction.SaveAsync("here");
        await Store.WriteAsync([Message("gone")], transaction, synchronous: false);
        await transaction.RollbackAsync("here");
        await transaction.CommitAsync();

        (await Database.ExecuteAsync("SELECT stream FROM domain_event_outbox")).Should().Be("kept");
    }

    [StoreFact]
    public async Task A_thousand_events_are_written_in_their_order()
    {
        var relay = await StartAsync("a", Mail);
        var messages = Enumerable.Range(0, 1000).Select(number => Message($"order-{number % 9}", number % OutboxMessage.PartitionCount)).ToArray();

        await WriteAsync(messages);

        (await relay.ReadAsync(limit: 2000)).Events.Select(entry => entry.Message.EventId).Should().Equal(messages.Select(message => message.EventId));
    }

    [StoreFact]
    public async Task Positions_begin_above_zero_and_ascend()
    {
        await WriteAsync(Message());
        var first = await Database.LastPositionAsync();
        await WriteAsync(Message());

        first.Should().BePositive();
        (await Database.LastPositionAsync()).Should().BeGreaterThan(first);
    }

    [StoreFact]
    public async Task A_position_is_not_used_again_when_the_outbox_has_become_empty()
    {
        var relay = await StartAsync("a", Mail);
        relay.KeepHistory = false;
        var entry = await WriteAndLeaveAsync(relay, Message());
        (await Database.CountAsync("domain_event_outbox") + await Database.CountAsync("domain_event_log")).Should().Be(0);

        await Database.CreateStore().WriteAsync([Message()], transaction: null, synchronous: false);

        (await Database.LastPositionAsync()).Should().BeGreaterThan(entry.Message.Position);
    }

    [StoreFact]
    public async Task A_transaction_of_another_provider_is_refused()
    {
        await using var foreign = new ForeignTransaction();

        var act = async () => await Store.WriteAsync([Message()], foreign, synchronous: false);

        await act.Should().ThrowAsync<ArgumentException>();
    }

    [StoreFact]
    public async Task A_transaction_that_is_over_is_refused()
    {
        await using var connection = await Database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await transaction.CommitAsync();

        var act = async () => await Store.WriteAsync([Message()], transaction, synchronous: false);

        await act.Should().ThrowAsync<InvalidOperationException>();
        (await Database.CountAsync("domain_event_outbox")).Should().Be(0);
    }

    [StoreFact]
    public async Task A_cancelled_write_writes_nothing()
    {
        var act = async () => await Store.WriteAsync([Message()], transaction: null, synchronous: false, new CancellationToken(canceled: true));

        await act.Should().ThrowAsync<OperationCanceledException>();
        (await Database.CountAsync("domain_event_outbox")).Should().Be(0);
    }

    [StoreFact]
    public async Task Only_connections_of_the_provider_are_accepted()
    {
        await using var connection = Database.CreateConnection();
        await using var foreign = new ForeignConnection();

        Store.Accepts(connection).Should().BeTrue();
        Store.Accepts(foreign).Should().BeFalse();
    }

    [StoreFact]
    public async Task The_insert_goes_behind_the_statements_and_parameters_of_a_command()
    {
        string[] endings = ["", ";", " ; ", "; -- done", " -- done", " /* done */"];
        foreach (var (number, ending) in endings.Index())
        {
            await using var connection = await Database.OpenAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await using var command = Command(connection, transaction, "INSERT INTO orders VALUES (@p0)" + ending, number);

            Store.AddInsert(command, [Message(), Message("order-2")]);
            await command.ExecuteNonQueryAsync();
            await transaction.CommitAsync();
        }

        (await Database.CountAsync("orders"), await Database.CountAsync("domain_event_outbox")).Should().Be((endings.Length, endings.Length * 2));
    }

    [StoreFact]
    public async Task The_insert_returns_no_rows_and_leaves_those_of_the_command()
    {
        await using var connection = await Database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = Command(connection, transaction, "INSERT INTO orders VALUES (@p0) RETURNING id", 42);
        Store.AddInsert(command, [Message()]);

        var rows = new List<int>();
        await using (var reader = await command.ExecuteReaderAsync())
        {
            do
            {
                while (await reader.ReadAsync())
                {
                    rows.Add(Convert.ToInt32(reader.GetValue(0), CultureInfo.InvariantCulture));
                }
            }
            while (await reader.NextResultAsync());
        }

        await transaction.CommitAsync();
        rows.Should().Equal(42);
        (await Database.CountAsync("domain_event_outbox")).Should().Be(1);
    }

    [StoreFact]
    public async Task The_insert_is_rolled_back_with_the_command()
    {
        await using var connection = await Database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = Command(connection, transaction, "INSERT INTO orders VALUES (@p0)", 1);
        Store.AddInsert(command, [Message()]);
        await command.ExecuteNonQueryAsync();

        await transaction.RollbackAsync();

        (await Database.CountAsync("orders"), await Database.CountAsync("domain_event_outbox")).Should().Be((0, 0));
    }

    [StoreFact]
    public async Task A_command_may_get_events_twice()
    {
        var relay = await StartAsync("a", Mail);
        OutboxMessage[] messages = [Message(payload: "1"), Message(payload: "2"), Message(payload: "3")];
        await using (var connection = await Database.OpenAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var command = Command(connection, transaction, "INSERT INTO orders VALUES (@p0)", 1);
            Store.AddInsert(command, messages[..2]);
            Store.AddInsert(command, messages[2..]);
            await command.ExecuteNonQueryAsync();
            await transaction.CommitAsync();
        }

        (await relay.ReadEventsAsync()).Select(entry => entry.Message.EventId).Should().Equal(messages.Select(message => message.EventId));
    }

    [StoreFact]
    public async Task A_command_without_statements_may_get_many_events()
    {
        var relay = await StartAsync("a", Mail);
        var messages = Enumerable.Range(0, 300).Select(number => Message($"order-{number}")).ToArray();
        await using (var connection = await Database.OpenAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var command = connection.CreateCommand();
            command.Transaction = transaction;
            Store.AddInsert(command, messages);
            await command.ExecuteNonQueryAsync();
            await transaction.CommitAsync();
        }

        (await relay.ReadAsync(limit: 1000)).Events.Select(entry => entry.Message.EventId).Should().Equal(messages.Select(message => message.EventId));
    }

    private static DbCommand Command(DbConnection connection, DbTransaction transaction, string sql, int id)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = ("@p0", id);
        command.Parameters.Add(parameter);
        return command;
    }
}
