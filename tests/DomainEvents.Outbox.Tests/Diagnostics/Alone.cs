namespace DomainEvents.Outbox.Tests.Diagnostics;

/// <summary>Tests of what the whole process shares: counters without tags, allocations, who listens to telemetry.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "Alone";
}
