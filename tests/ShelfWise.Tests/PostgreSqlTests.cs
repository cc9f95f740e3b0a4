using DomainEvents.TestSupport.Databases;
using Npgsql;
using ShelfWise.EntryPoints;

namespace ShelfWise.Tests;

public sealed class PostgreSqlTests
{
    [PostgreSqlFact]
    public async Task The_orders_that_ship_with_it_add_up_and_nothing_is_left_in_the_database()
    {
        var run = await SampleProgram.RunAsync("--postgres", PostgreSqlServer.ConnectionString);

        run.Error.Should().BeEmpty();
        run.Output.Should().ContainAll("PostgreSQL, a temporary schema", "a dead letter, requeued, handled", "All 12 checks hold.");
        run.ExitCode.Should().Be(CommandLine.Success);
        (await ScalarAsync("SELECT COUNT(*) FROM pg_namespace WHERE nspname LIKE 'shelfwise\\_________________________________'")).Should().Be(0L);
    }

    [PostgreSqlFact]
    public async Task A_schema_that_is_asked_for_by_name_is_kept_and_never_overwritten()
    {
        var schema = $"kept_{Guid.NewGuid():N}";
        string[] arguments = ["--orders", "5", "--postgres", PostgreSqlServer.ConnectionString, "--schema", schema];
        try
        {
            (await SampleProgram.RunAsync(arguments)).ExitCode.Should().Be(CommandLine.Success);
            (await ScalarAsync($"SELECT COUNT(*) FROM {schema}.orders")).Should().BeOfType<long>().Which.Should().BePositive();
            (await ScalarAsync($"SELECT COUNT(*) FROM {schema}.domain_event_outbox")).Should().Be(0L);

            var again = await SampleProgram.RunAsync(arguments);

            again.ExitCode.Should().Be(CommandLine.Failure);
            again.Error.Should().Contain(schema).And.Contain("exists");
        }
        finally
        {
            await ScalarAsync($"DROP SCHEMA {schema} CASCADE");
        }
    }

    [PostgreSqlFact]
    public async Task A_shop_that_is_killed_twice_adds_up() =>
        await CrashTests.AddsUpAsync("--postgres", PostgreSqlServer.ConnectionString);

    [Fact]
    public async Task A_server_that_does_not_answer_is_an_error_and_no_secret_is_told()
    {
        // Port 1 is reserved, and nobody listens there.
        var run = await SampleProgram.RunAsync("--postgres", "Host=127.0.0.1;Port=1;Username=me;Password=secret");

        run.ExitCode.Should().Be(CommandLine.Failure);
        run.Error.Should().Contain("127.0.0.1").And.NotContain("secret");
    }

    private static async Task<object?> ScalarAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(PostgreSqlServer.ConnectionString);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
