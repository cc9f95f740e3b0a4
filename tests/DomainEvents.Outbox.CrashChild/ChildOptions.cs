using System.Text.Json;
using DomainEvents.Outbox.CrashChild.Databases;
using DomainEvents.Outbox.CrashChild.Killing;

namespace DomainEvents.Outbox.CrashChild;

/// <summary>What a child is told when it starts.</summary>
internal sealed record ChildOptions
{
    /// <summary>Its name in the journal, its own among all children of a run.</summary>
    public required string Name { get; init; }

    public required DatabaseKind Database { get; init; }

    public required string ConnectionString { get; init; }

    public required int Seed { get; init; }

    /// <summary>How many tasks place orders.</summary>
    public int Writers { get; init; } = 2;

    /// <summary>The longest pause of a writer between two transactions, in milliseconds.</summary>
    public int LongestPause { get; init; } = 60;

    public bool RunsRelay { get; init; } = true;

    public int MaxConcurrency { get; init; } = 8;

    /// <summary>Where it signals itself; <see langword="null"/> if somebody else kills it.</summary>
    public NamedPoint? Point { get; init; }

    /// <summary>How often it gets to that point before it does.</summary>
    public int Times { get; init; } = 1;

    /// <summary>Whether it stops there (SIGSTOP), to be continued later, and is not killed.</summary>
    public bool Stops { get; init; }

    /// <summary>A customer whose first order kills whoever handles it.</summary>
    public int? Poison { get; init; }

    /// <summary>Whether connections may break: without that, what fails ends the process.</summary>
    public bool DatabaseMayFail { get; init; }

    public static ChildOptions Parse(string argument) => JsonSerializer.Deserialize<ChildOptions>(argument)!;

    public override string ToString() => JsonSerializer.Serialize(this);
}
