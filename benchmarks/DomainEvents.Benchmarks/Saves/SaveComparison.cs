namespace DomainEvents.Benchmarks.Saves;

/// <summary>What came of the pairs.</summary>
/// <param name="Writers">How many saved at once.</param>
/// <param name="Pairs">How many pairs were measured.</param>
/// <param name="SavesWith">A second, with one event; the median.</param>
/// <param name="SavesWithout">A second, without; the median.</param>
/// <param name="Ratio">Of the time that a save takes, with to without.</param>
internal sealed record SaveComparison(int Writers, int Pairs, double SavesWith, double SavesWithout, RatioInterval Ratio);
