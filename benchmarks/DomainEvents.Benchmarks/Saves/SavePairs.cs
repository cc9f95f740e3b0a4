namespace DomainEvents.Benchmarks.Saves;

/// <summary>
/// Two cases, measured by turns so that what disturbs one disturbs the other as well: A B, B A, A B, B A …
/// </summary>
internal static class SavePairs
{
    private const int Pairs = 40;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Batch = TimeSpan.FromSeconds(0.9);

    public static async Task<SaveComparison> MeasureAsync(SaveCase with, SaveCase without, int writers)
    {
        await with.MeasureAsync(writers, WarmUp);
        await without.MeasureAsync(writers, WarmUp);
        var samples = new List<(double With, double Without)>();
        for (var pair = 0; pair < Pairs; pair++)
        {
            samples.Add(pair % 2 == 0
                ? (await MeasureAsync(with), await MeasureAsync(without))
                : Swapped(await MeasureAsync(without), await MeasureAsync(with)));
        }

        return new SaveComparison(
            RatioInterval.Of(samples.Select(pair => pair.With)).Median,
            RatioInterval.Of(samples.Select(pair => pair.Without)).Median,
            RatioInterval.Of(samples.Select(pair => pair.Without / pair.With)));

        Task<double> MeasureAsync(SaveCase saveCase)
        {
            GC.Collect(); // what one has left behind is not the other's to clear
            return saveCase.MeasureAsync(writers, Batch);
        }

        static (double With, double Without) Swapped(double without, double with) => (with, without);
    }
}
