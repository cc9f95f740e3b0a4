using DomainEvents.Outbox.Crash.Tests.Runs;
using DomainEvents.Outbox.CrashChild.Killing;
using DomainEvents.TestSupport.Databases;
using Xunit.Abstractions;
using DatabaseKind = DomainEvents.Outbox.CrashChild.Databases.DatabaseKind;

namespace DomainEvents.Outbox.Crash.Tests;

public sealed class PostgreSqlCrashTests(ITestOutputHelper output) : CrashTests(DatabaseKind.PostgreSql, output)
{
    public static TheoryData<string> Points => new(Enum.GetNames<NamedPoint>());

    [PostgreSqlTheory]
    [MemberData(nameof(Points))]
    public Task A_process_killed_at_a_named_point_loses_nothing(string point) => KillAtAsync(Enum.Parse<NamedPoint>(point));

    [PostgreSqlFact]
    public Task A_process_killed_at_random_moments_loses_nothing() => KillAtRandomMomentsAsync();

    [PostgreSqlFact]
    public Task Two_relays_come_and_go() => RelaysComeAndGoAsync(2, 8);

    [PostgreSqlFact]
    public Task Three_relays_come_and_go() => RelaysComeAndGoAsync(3, 8);

    [PostgreSqlFact]
    public Task The_acknowledgement_of_a_relay_that_was_stopped_over_its_lease_is_refused() => AcknowledgeLateAsync();

    [PostgreSqlFact]
    public Task A_relay_stopped_over_its_lease_and_continued_disturbs_nobody() => StopOverTheLeaseAtRandomMomentsAsync();

    [PostgreSqlFact]
    public Task An_event_that_kills_every_process_becomes_a_dead_letter_and_the_others_go_on() => PoisonAsync();

    [PostgreSqlFact]
    public async Task A_process_whose_connections_are_terminated_again_and_again_goes_on()
    {
        await using var run = await BeginAsync();
        var child = await run.StartReadyAsync(options => options with { DatabaseMayFail = true });
        for (var termination = 0; termination < Soak.Rounds(10); termination++)
        {
            await run.PassAsync(500);
            await run.Database.Orders.ExecuteAsync(
                $"SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = '{child.Name}'");
            run.Kills++;
            await run.ProgressAsync(await run.EndedAsync() + 10, child);
        }

        await run.EndAsync();
    }
}
