using DomainEvents.Outbox.Tests.Diagnostics;
using Xunit.Abstractions;

namespace DomainEvents.Outbox.Tests.Simulation;

/// <summary>Takes all threads there are, from which others would suffer.</summary>
[Collection(Alone.Name)]
public sealed class SimulationTests(ITestOutputHelper output)
{
    [Fact]
    public void In_random_schedules_nothing_is_lost_invented_reordered_or_repeated()
    {
        var schedules = int.Parse(Environment.GetEnvironmentVariable("DOMAIN_EVENTS_SCHEDULES") ?? "100000", System.Globalization.CultureInfo.InvariantCulture);
        var first = int.Parse(Environment.GetEnvironmentVariable("DOMAIN_EVENTS_SEED") ?? "0", System.Globalization.CultureInfo.InvariantCulture);
        var (handled, crashes) = (0L, 0L);
        string? wrong = null;

        Parallel.For(first, first + schedules, (seed, loop) =>
        {
            var schedule = new Schedule(seed);
            if (schedule.Run() is { } violation)
            {
                wrong = $"DOMAIN_EVENTS_SEED={seed}: {violation}";
                loop.Stop();
            }

            Interlocked.Add(ref handled, schedule.Handled);
            Interlocked.Add(ref crashes, schedule.Crashes);
        });

        if (schedules == 1)
        {
            var schedule = new Schedule(first) { Trace = [] };
            schedule.Run();
            schedule.Trace.ForEach(output.WriteLine);
        }

        wrong.Should().BeNull();
        output.WriteLine($"{schedules} schedules, {handled} deliveries, {crashes} crashes");
    }

    [Theory, MemberData(nameof(PlantedBugs.Names), MemberType = typeof(PlantedBugs))]
    public void A_planted_bug_is_found(string bug)
    {
        for (var seed = 0; seed < 100_000; seed++)
        {
            if (new Schedule(seed, PlantedBugs.All[bug]).Run() is { } violation)
            {
                output.WriteLine($"schedule {seed}: {violation}");
                return;
            }
        }

        Assert.Fail($"Nobody saw that {bug}.");
    }
}
