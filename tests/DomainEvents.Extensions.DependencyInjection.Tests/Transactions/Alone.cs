namespace DomainEvents.Tests.Transactions;

/// <summary>For tests that measure the heap of the process: nothing runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "Alone";
}
