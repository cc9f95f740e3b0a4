namespace DomainEvents.Benchmarks.Reports;

/// <summary>One case.</summary>
/// <param name="Group">The benchmark class with its parameters.</param>
/// <param name="Name">The method.</param>
/// <param name="Nanoseconds">The median of one operation.</param>
/// <param name="Ratio">To the baseline of the group.</param>
/// <param name="AllocatedBytes">By one operation, on all threads.</param>
public sealed record CaseResult(string Group, string Name, double Nanoseconds, double Ratio, double AllocatedBytes);
