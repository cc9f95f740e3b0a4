using DomainEvents.Outbox.CrashChild.Killing;
using Xunit.Abstractions;
using DatabaseKind = DomainEvents.Outbox.CrashChild.Databases.DatabaseKind;

namespace DomainEvents.Outbox.Crash.Tests;

public sealed class SqliteCrashTests(ITestOutputHelper output) : CrashTests(DatabaseKind.Sqlite, output)
{
    public static TheoryData<string> Points => new(Enum.GetNames<NamedPoint>());

    [Theory]
    [MemberData(nameof(Points))]
    public Task A_process_killed_at_a_named_point_loses_nothing(string point) => KillAtAsync(Enum.Parse<NamedPoint>(point));

    [Fact]
    public Task A_process_killed_at_random_moments_loses_nothing() => KillAtRandomMomentsAsync();

    [Fact]
    public Task Two_processes_on_one_file_come_and_go() => RelaysComeAndGoAsync(2, 8);

    [Fact]
    public Task Three_processes_on_one_file_come_and_go() => RelaysComeAndGoAsync(3, 8);

    [Fact]
    public Task The_acknowledgement_of_a_relay_that_was_stopped_over_its_lease_is_refused() => AcknowledgeLateAsync();

    [Fact]
    public Task A_relay_stopped_over_its_lease_and_continued_disturbs_nobody() => StopOverTheLeaseAtRandomMomentsAsync();

    [Fact]
    public Task An_event_that_kills_every_process_becomes_a_dead_letter_and_the_others_go_on() => PoisonAsync();
}
