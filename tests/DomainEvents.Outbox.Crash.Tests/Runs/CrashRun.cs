using System.Diagnostics;
using DomainEvents.Outbox.Crash.Tests.Children;
using DomainEvents.Outbox.Crash.Tests.Histories;
using DomainEvents.Outbox.CrashChild;
using DomainEvents.Outbox.CrashChild.Orders;
using Xunit.Abstractions;
using DatabaseKind = DomainEvents.Outbox.CrashChild.Databases.DatabaseKind;

namespace DomainEvents.Outbox.Crash.Tests.Runs;

/// <summary>One database, the children that work on it and die, and in the end the proof that nothing came of their deaths.</summary>
internal sealed class CrashRun : IAsyncDisposable
{
    private readonly string _name;
    private readonly ITestOutputHelper _output;
    private readonly List<Child> _children = [];
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly HashSet<string> _killed = [];
    private int _started;

    private CrashRun(RunDatabase database, string name, ITestOutputHelper output)
    {
        (Database, _name, _output) = (database, name, output);
        output.WriteLine($"{name}: seed {Seed}");
        Random = new Random(Seed);
    }

    public RunDatabase Database { get; }

    public int Seed { get; } = Random.Shared.Next();

    public Random Random { get; }

    /// <summary>What was done to the processes, or to the server.</summary>
    public int Kills { get; set; }

    public static async Task<CrashRun> BeginAsync(
        DatabaseKind kind, ITestOutputHelper output, string? detail, RunDatabase? database, string name)
    {
        var run = new CrashRun(database ?? await RunDatabase.CreateAsync(kind), $"{name}({kind}{(detail is null ? "" : $", {detail}")})", output);
        await run.Database.Orders.CreateTablesAsync();
        await using var application = new OrderApplication(run.NewOptions("schema"));
        await application.Schema.EnsureCreatedAsync();
        return run;
    }

    public Child Start(Func<ChildOptions, ChildOptions>? configure = null)
    {
        var options = NewOptions($"child{++_started}");
        var child = Child.Start(configure?.Invoke(options) ?? options);
        _children.Add(child);
        return child;
    }

    public async Task<Child> StartReadyAsync(Func<ChildOptions, ChildOptions>? configure = null)
    {
        var child = Start(configure);
        await child.HearAsync("ready");
        return child;
    }

    public async Task KillAsync(Child child)
    {
        await child.KillAsync();
        _killed.Add(child.Name);
        await RemoveAsync(child);
        Kills++;
    }

    /// <summary>Waits until a child has killed itself where it was told to.</summary>
    public async Task DeathAsync(Child child)
    {
        await child.DeathAsync();
        _killed.Add(child.Name);
        await RemoveAsync(child);
        Kills++;
    }

    public async Task StopAsync(Child child)
    {
        await child.StopAsync();
        await RemoveAsync(child);
    }

    /// <summary>A moment that nobody has chosen.</summary>
    public Task PassAsync(int longestMilliseconds) => Task.Delay(Random.Next(longestMilliseconds));

    /// <summary>How many handler calls have ended, of one child or of all.</summary>
    public Task<long> EndedAsync(Child? child = null) => Database.CountAsync(
        $"journal WHERE kind = {(int)JournalKind.Ended}{(child is null ? "" : $" AND process = '{child.Name}'")}");

    /// <summary>How often a child has taken over a partition.</summary>
    public Task<long> TakenOverAsync(Child child) => Database.CountAsync($"journal WHERE kind = {(int)JournalKind.TookOver} AND process = '{child.Name}'");

    /// <summary>Waits until a child has partitions of its own.</summary>
    public Task OwnershipAsync(Child child) => Eventually.TrueAsync(
        async () => await Database.CountAsync($"domain_event_partition WHERE owner LIKE '%/{child.ProcessId}/%'") > 0,
        async () => $"{child.Name} was given a share. {await DescribeAsync()}");

    /// <summary>Waits for a while until others have all partitions of a child.</summary>
    public Task<bool> HasLostAllAsync(Child child) => Eventually.IsTrueAsync(
        async () => await Database.CountAsync($"domain_event_partition WHERE owner LIKE '%/{child.ProcessId}/%'") == 0,
        TimeSpan.FromSeconds(Database.Kind == DatabaseKind.Sqlite ? 10 : 60));

    /// <summary>Waits until handlers have ended so often.</summary>
    public Task ProgressAsync(long ended, Child? child = null) => Eventually.TrueAsync(
        async () => child is { HasExited: true } ? throw await child.FailureAsync("ended by itself") : await EndedAsync(child) >= ended,
        async () => $"{child?.Name ?? "the children"} ended {ended} handler calls, but only {await EndedAsync(child)}. {await DescribeAsync()}");

    /// <summary>Stops who is alive, lets a relay do the rest, and looks at what came of it all.</summary>
    public async Task<Verdict> EndAsync()
    {
        foreach (var child in _children.ToList())
        {
            await StopAsync(child);
        }

        var killing = _watch.Elapsed;
        var deadLetters = await new Cleaner(this).CleanAsync();
        var history = await History.ReadAsync(Database.Orders);
        var verdict = new Verdict(history, _killed);
        _output.WriteLine(
            $"{_name}: {Kills} kills, {verdict.Events} events, {verdict.Lost} lost, {verdict.Phantom} phantom, " +
            $"{verdict.Interrupted} repeated as a handler was interrupted, {verdict.Duplicates} duplicates between a handler's end and the " +
            $"acknowledgement ({verdict.DuplicatesBesideAnother} of them beside a handler that was interrupted), {deadLetters.Count} dead letters requeued; " +
            $"{verdict.LapsedUnderTheLiving} partitions lost by the living; {killing.TotalSeconds:F1} s, then {(_watch.Elapsed - killing).TotalSeconds:F1} s");

        verdict.Violations.Should().BeEmpty($"the seed was {Seed}");
        verdict.Events.Should().BePositive();
        deadLetters.Where(letter => !letter.Error.Contains("gone three times")
                || !history.Tenures.Any(tenure => tenure.Noted == letter.Position && tenure.Interruptions >= 3))
            .Should().BeEmpty("an event is given up only if relays were gone three times while it was handled");
        (await Database.CountAsync("domain_event_outbox")).Should().Be(0);
        (await Database.CountAsync("domain_event_delivery")).Should().Be(0);
        (await Database.CountAsync("domain_event_log")).Should().Be(verdict.Events, "each event is in the log once");
        return verdict;
    }

    public ChildOptions NewOptions(string name) => new()
    {
        Name = name,
        Database = Database.Kind,
        ConnectionString = Database.ConnectionString,
        Seed = HashCode.Combine(Seed, _started),
    };

    public async ValueTask DisposeAsync()
    {
        foreach (var child in _children)
        {
            await child.DisposeAsync();
        }

        await Database.DisposeAsync();
    }

    private async Task<string> DescribeAsync()
    {
        var description = await new Cleaner(this).DescribeAsync();
        foreach (var child in _children)
        {
            description += $"{Environment.NewLine}{(await child.FailureAsync("was there")).Message}";
        }

        return description;
    }

    private async Task RemoveAsync(Child child)
    {
        _children.Remove(child);
        await child.DisposeAsync();
    }
}
