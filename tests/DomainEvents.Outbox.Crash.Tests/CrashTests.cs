using System.Runtime.CompilerServices;
using DomainEvents.Outbox.Crash.Tests.Children;
using DomainEvents.Outbox.Crash.Tests.Runs;
using DomainEvents.Outbox.CrashChild.Killing;
using Xunit.Abstractions;
using DatabaseKind = DomainEvents.Outbox.CrashChild.Databases.DatabaseKind;

namespace DomainEvents.Outbox.Crash.Tests;

/// <summary>What holds for every store, however processes end. The classes that derive from it say on which.</summary>
public abstract class CrashTests
{
    private readonly DatabaseKind _kind;
    private readonly ITestOutputHelper _output;

    private protected CrashTests(DatabaseKind kind, ITestOutputHelper output) => (_kind, _output) = (kind, output);

    private protected Task<CrashRun> BeginAsync(string? detail = null, RunDatabase? database = null, [CallerMemberName] string name = "") =>
        CrashRun.BeginAsync(_kind, _output, detail, database, name);

    private protected async Task KillAtAsync(NamedPoint point)
    {
        await using var run = await BeginAsync(point.ToString());
        for (var round = 0; round < Soak.Rounds(3); round++)
        {
            if (point == NamedPoint.AfterNote)
            {
                // Only who takes over from the dead notes what it tries.
                var predecessor = await run.StartReadyAsync();
                await run.ProgressAsync(await run.EndedAsync() + 10);
                await run.KillAsync(predecessor);
            }

            var times = 1 + run.Random.Next(MostTimes(point));
            var child = run.Start(options => options with { Point = point, Times = times });
            await child.HearAsync($"at {point}");
            await run.DeathAsync(child);
        }

        await run.EndAsync();
    }

    private protected async Task KillAtRandomMomentsAsync()
    {
        await using var run = await BeginAsync();
        for (var kill = 0; kill < Soak.Rounds(12); kill++)
        {
            var child = await run.StartReadyAsync();
            await run.PassAsync(2_000);
            await run.KillAsync(child);
        }

        await run.EndAsync();
    }

    private protected async Task RelaysComeAndGoAsync(int relays, int kills)
    {
        await using var run = await BeginAsync($"{relays} relays");
        var children = new List<Child>();
        while (run.Kills < Soak.Rounds(kills))
        {
            while (children.Count < relays)
            {
                children.Add(run.Start(options => options with { LongestPause = 40 * relays }));
            }

            var leaves = children[run.Random.Next(children.Count)];
            if (run.Random.Next(4) > 0)
            {
                await run.PassAsync(1_500);
                await run.KillAsync(leaves);
            }
            else
            {
                await leaves.HearAsync("ready");
                await run.PassAsync(500);
                await run.StopAsync(leaves);
            }

            children.Remove(leaves);
        }

        await run.EndAsync();
    }

    private protected async Task AcknowledgeLateAsync()
    {
        await using var run = await BeginAsync();
        await run.StartReadyAsync(options => options with { RunsRelay = false });
        for (var refused = 0; refused < Soak.Rounds(2);)
        {
            var times = 2 + run.Random.Next(5);
            var late = run.Start(options => options with
            {
                Writers = 0,
                MaxConcurrency = 2,
                Point = NamedPoint.BeforeAcknowledgement,
                Times = times,
                Stops = true,
            });
            await late.HearAsync($"at {NamedPoint.BeforeAcknowledgement}");
            var heir = await run.StartReadyAsync(options => options with { Writers = 0 });
            var hasInherited = await run.HasLostAllAsync(late);
            await late.ContinueAsync();
            if (hasInherited)
            {
                (await late.HearAsync("fenced")).Should().NotBe("fenced 0", "it had something to acknowledge");
                refused++;
            }
            else
            {
                // Stopped while a handler of it wrote, it kept SQLite's lock, and nobody could take over from it.
                _kind.Should().Be(DatabaseKind.Sqlite);
            }

            await run.StopAsync(heir);
            await run.ProgressAsync(await run.EndedAsync(late) + 20, late);
            await run.KillAsync(late);
        }

        await run.EndAsync();
    }

    private protected async Task StopOverTheLeaseAtRandomMomentsAsync()
    {
        await using var run = await BeginAsync();
        var children = new[] { await run.StartReadyAsync(), await run.StartReadyAsync() };
        for (var stop = 0; stop < Soak.Rounds(4); stop++)
        {
            await run.PassAsync(1_000);
            var (stopped, other) = run.Random.Next(2) == 0 ? (children[0], children[1]) : (children[1], children[0]);
            await run.OwnershipAsync(stopped);
            var before = await run.TakenOverAsync(other);
            stopped.Suspend();

            // Stopped while it writes it keeps SQLite's lock, and nobody can take over from it.
            var isTakenOver = await Eventually.IsTrueAsync(
                async () => await run.TakenOverAsync(other) > before, TimeSpan.FromSeconds(_kind == DatabaseKind.Sqlite ? 5 : 20));
            await run.PassAsync(300);
            await stopped.ContinueAsync();
            (isTakenOver || _kind == DatabaseKind.Sqlite).Should().BeTrue("{0} was stopped over its lease", stopped.Name);
            await run.ProgressAsync(await run.EndedAsync() + 20);
        }

        await run.EndAsync();
    }

    private protected async Task PoisonAsync()
    {
        await using var run = await BeginAsync();
        for (var death = 0; death < 4; death++)
        {
            var victim = run.Start(options => options with { Poison = 7 });
            await victim.HearAsync("poisoned");
            await run.DeathAsync(victim);
        }

        var survivor = await run.StartReadyAsync(options => options with { Poison = 7 });
        await run.ProgressAsync(60, survivor);
        (await run.Database.CountAsync("domain_event_delivery WHERE state = 2")).Should().Be(2, "it is a dead letter of both handlers");
        await run.EndAsync();
    }

    private static int MostTimes(NamedPoint point) => point switch
    {
        NamedPoint.AfterTakeOver => 1,
        NamedPoint.AfterNote => 5,
        NamedPoint.AfterRead or NamedPoint.BeforeAcknowledgement or NamedPoint.AfterAcknowledgement => 12,
        _ => 40,
    };
}
