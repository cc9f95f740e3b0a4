namespace DomainEvents.Benchmarks.Saves;

/// <summary>What came of the pairs.</summary>
/// <param name="SavesWith">A second, of the case; the median.</param>
/// <param name="SavesWithout">A second, of what it is compared with; the median.</param>
/// <param name="Ratio">Of the time that a save takes.</param>
internal sealed record SaveComparison(double SavesWith, double SavesWithout, RatioInterval Ratio);
