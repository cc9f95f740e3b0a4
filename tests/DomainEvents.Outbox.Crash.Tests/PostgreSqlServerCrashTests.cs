using DomainEvents.Outbox.Crash.Tests.Runs;
using Xunit.Abstractions;
using DatabaseKind = DomainEvents.Outbox.CrashChild.Databases.DatabaseKind;

namespace DomainEvents.Outbox.Crash.Tests;

/// <summary>It is the server that dies. Beside the other tests, as it has one of its own.</summary>
public sealed class PostgreSqlServerCrashTests(ITestOutputHelper output) : CrashTests(DatabaseKind.PostgreSql, output)
{
    [OwnPostgreSqlServerFact]
    public async Task A_server_restarted_without_a_checkpoint_in_mid_load_loses_nothing_and_its_clients_go_on()
    {
        await using var server = await OwnPostgreSqlServer.StartAsync();
        await using var run = await BeginAsync(database: RunDatabase.On(server.ConnectionString));
        var child = await run.StartReadyAsync(options => options with { DatabaseMayFail = true });
        for (var restart = 0; restart < Soak.Rounds(5); restart++)
        {
            await run.ProgressAsync(await run.EndedAsync() + 20, child);
            await run.PassAsync(300);
            await server.RestartAsync();
            run.Kills++;
        }

        await run.ProgressAsync(await run.EndedAsync() + 20, child);
        await run.EndAsync();
        child.Complaints.Should().BeLessThan(30, "a database that is gone is told about from time to time, not at each attempt");
    }
}
