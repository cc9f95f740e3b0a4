namespace DomainEvents.Tests;

/// <summary>Tests of what the whole process shares: allocations, telemetry listeners, the clock of event ids.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "Alone";
}
