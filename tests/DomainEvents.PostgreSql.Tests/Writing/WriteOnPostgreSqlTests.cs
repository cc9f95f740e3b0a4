using DomainEvents.TestSupport.Databases;
using Npgsql;

namespace DomainEvents.PostgreSql.Tests.Writing;

public sealed class WriteOnPostgreSqlTests : PostgreSqlTest
{
    [PostgreSqlTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task In_a_transaction_that_has_failed_a_write_fails_and_loses_nothing_silently(bool synchronous)
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var broken = new NpgsqlCommand("SELECT 1 / 0", connection, transaction);
        await broken.Invoking(command => command.ExecuteScalarAsync()).Should().ThrowAsync<PostgresException>();

        var act = async () => await Store.WriteAsync([Message()], transaction, synchronous);

        (await act.Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be(PostgresErrorCodes.InFailedSqlTransaction);
    }

    [PostgreSqlFact]
    public async Task A_command_with_positional_parameters_is_refused_and_left_as_it_is()
    {
        await using var command = Database.DataSource.CreateCommand("SELECT $1");
        command.Parameters.Add(new NpgsqlParameter { Value = 1 });

        var act = () => Store.AddInsert(command, [Message()]);

        act.Should().Throw<ArgumentException>().WithMessage("*@p0*");
        (command.CommandText, command.Parameters.Count).Should().Be(("SELECT $1", 1));
    }

    [PostgreSqlFact]
    public async Task An_insert_behind_a_command_is_written_with_it_or_not_at_all()
    {
        foreach (var divisor in new[] { 1, 0 })
        {
            await using var command = Database.DataSource.CreateCommand("SELECT 1 / @p0;\r\n");
            command.Parameters.AddWithValue("p0", divisor);
            Store.AddInsert(command, [Message()]);

            try
            {
                await command.ExecuteNonQueryAsync();
            }
            catch (PostgresException exception) when (divisor == 0)
            {
                exception.SqlState.Should().Be(PostgresErrorCodes.DivisionByZero);
            }
        }

        (await Store.GetStatusAsync()).Pending.Should().Be(1, "without a transaction a command is one");
    }

    [PostgreSqlFact]
    public async Task A_character_that_the_database_refuses_fails_the_write()
    {
        var act = async () => await Store.WriteAsync([Message("order\0")], transaction: null, synchronous: false);

        (await act.Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be(PostgresErrorCodes.CharacterNotInRepertoire);
    }
}
