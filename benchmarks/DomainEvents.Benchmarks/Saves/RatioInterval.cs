namespace DomainEvents.Benchmarks.Saves;

/// <summary>
/// The median of paired ratios, with an interval that covers the true one with at least 95 %: two order statistics as far
/// from the middle as the binomial distribution demands. It assumes nothing about how the ratios are distributed.
/// </summary>
internal sealed record RatioInterval(double Median, double Low, double High)
{
    public static RatioInterval Of(IEnumerable<double> ratios)
    {
        var sorted = ratios.Order().ToArray();
        var outside = CountOutside(sorted.Length);
        return new RatioInterval(
            (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2,
            sorted[outside],
            sorted[^(outside + 1)]);
    }

    /// <summary>
    /// How many ratios may lie outside at each end: each ratio is as likely below the true median as above it, so the most
    /// heads that as many tosses of a coin do not exceed with less than 2.5 %.
    /// </summary>
    private static int CountOutside(int count)
    {
        var heads = 0;
        var probability = Math.Pow(0.5, count); // of exactly so many
        for (var cumulated = probability; cumulated < 0.025; cumulated += probability)
        {
            heads++;
            probability *= (double)(count - heads + 1) / heads;
        }

        return heads > 0 ? heads - 1 : throw new ArgumentException("An interval of 95 % takes six pairs at least.", nameof(count));
    }
}
