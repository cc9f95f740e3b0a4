using System.Reflection;
using BenchmarkDotNet.Attributes;
using DomainEvents.Benchmarks.Publishing;
using DomainEvents.Benchmarks.Reports;

namespace DomainEvents.Benchmarks.Quick;

/// <summary>The benchmarks of one class with one set of parameters.</summary>
public sealed class QuickGroup(Type type, PropertyInfo? parameter, object? value)
{
    private const int Rounds = 25;
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(600);
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(12);

    public string Name => parameter is null ? type.Name : $"{type.Name}, {parameter.Name} {value}";

    public bool IsPinned => type.IsDefined(typeof(PinnedToOneCoreAttribute));

    public static IEnumerable<QuickGroup> FindAll() =>
        from type in typeof(QuickGroup).Assembly.GetTypes()
        where type.GetMethods().Any(method => method.IsDefined(typeof(BenchmarkAttribute)))
        orderby type.Namespace, type.Name
        let parameter = type.GetProperties().SingleOrDefault(property => property.IsDefined(typeof(ParamsAttribute)))
        from value in parameter?.GetCustomAttribute<ParamsAttribute>()!.Values ?? [null]
        select new QuickGroup(type, parameter, value);

    public async Task<IReadOnlyList<CaseResult>> MeasureAsync()
    {
        var instance = Activator.CreateInstance(type)!;
        parameter?.SetValue(instance, value);
        Find<GlobalSetupAttribute>(instance)?.Invoke();
        var setup = Find<IterationSetupAttribute>(instance);
        var cases = type.GetMethods()
            .Where(method => method.IsDefined(typeof(BenchmarkAttribute)))
            .OrderByDescending(method => method.GetCustomAttribute<BenchmarkAttribute>()!.Baseline)
            .Select(method => new QuickCase(instance, method, setup))
            .ToArray();

        foreach (var each in cases)
        {
            await each.WarmUpAsync(WarmUp, Round);
        }

        var samples = cases.Select(_ => new List<double>()).ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < cases.Length; i++)
            {
                samples[i].Add(await cases[i].MeasureAsync());
            }
        }

        var rows = new List<CaseResult>();
        for (var i = 0; i < cases.Length; i++)
        {
            var ratios = samples[i].Zip(samples[0], (own, baseline) => own / baseline);
            rows.Add(new CaseResult(Name, cases[i].Name, Median(samples[i]), Median(ratios), await cases[i].MeasureAllocationAsync()));
        }

        return rows;
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    private Action? Find<TAttribute>(object instance)
        where TAttribute : Attribute =>
        type.GetMethods().SingleOrDefault(method => method.IsDefined(typeof(TAttribute)))?.CreateDelegate<Action>(instance);
}
