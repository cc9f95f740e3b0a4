using DomainEvents.Benchmarks.Saves;

namespace DomainEvents.Benchmarks.Outbox;

/// <summary>Two rates, measured by turns so that what disturbs one disturbs the other as well.</summary>
/// <param name="Of">A second, of the case; the median.</param>
/// <param name="To">A second, of what it is compared with; the median.</param>
/// <param name="Ratio">Of the rates.</param>
internal sealed record RatePairs(double Of, double To, RatioInterval Ratio)
{
    public static async Task<RatePairs> MeasureAsync(int pairs, Func<Task<double>> of, Func<Task<double>> to)
    {
        _ = await of();
        _ = await to();
        var samples = new List<(double Of, double To)>();
        for (var pair = 0; pair < pairs; pair++)
        {
            GC.Collect(); // what one has left behind is not the other's to clear
            if (pair % 2 == 0)
            {
                var first = await of();
                samples.Add((first, await to()));
            }
            else
            {
                var first = await to();
                samples.Add((await of(), first));
            }
        }

        return new RatePairs(
            RatioInterval.Of(samples.Select(pair => pair.Of)).Median,
            RatioInterval.Of(samples.Select(pair => pair.To)).Median,
            RatioInterval.Of(samples.Select(pair => pair.Of / pair.To)));
    }
}
