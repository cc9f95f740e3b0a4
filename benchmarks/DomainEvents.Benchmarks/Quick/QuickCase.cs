using System.Diagnostics;
using System.Reflection;
using BenchmarkDotNet.Attributes;

namespace DomainEvents.Benchmarks.Quick;

/// <summary>One benchmark method.</summary>
public sealed class QuickCase
{
    private readonly Func<Task> _invoke;
    private readonly Action? _setup;
    private readonly int _operations;
    private int _invocations = 1;

    public QuickCase(object instance, MethodInfo method, Action? setup)
    {
        Name = method.Name;
        _setup = setup;
        _operations = method.GetCustomAttribute<BenchmarkAttribute>()!.OperationsPerInvoke;
        _invoke = method.ReturnType == typeof(void) ? Completed(method.CreateDelegate<Action>(instance))
            : method.ReturnType.IsAssignableTo(typeof(Task)) ? method.CreateDelegate<Func<Task>>(instance)
            : Completed(() => method.Invoke(instance, null));
    }

    public string Name { get; }

    /// <summary>Lets the runtime compile it to the end, and finds how often to call it in a round.</summary>
    public async Task WarmUpAsync(TimeSpan time, TimeSpan round)
    {
        var clock = Stopwatch.StartNew();
        var calls = 0;
        while (clock.Elapsed < time || calls < 3)
        {
            _setup?.Invoke();
            await _invoke();
            calls++;
        }

        _invocations = _setup is null ? Math.Max(1, (int)(calls * round / clock.Elapsed)) : 1;
    }

    /// <summary>Nanoseconds an operation.</summary>
    public async Task<double> MeasureAsync()
    {
        _setup?.Invoke();
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < _invocations; i++)
        {
            await _invoke();
        }

        return Stopwatch.GetElapsedTime(started).TotalNanoseconds / _invocations / _operations;
    }

    /// <summary>Bytes an operation, with what the measurement itself allocates taken off.</summary>
    public async Task<double> MeasureAllocationAsync()
    {
        var repetitions = _setup is null ? 20 : 1;
        _setup?.Invoke();
        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < repetitions; i++)
        {
            await _invoke();
        }

        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        return Math.Round((double)allocated / repetitions / _operations, allocated / repetitions < _operations ? 0 : 1);
    }

    private static Func<Task> Completed(Action invoke) => () =>
    {
        invoke();
        return Task.CompletedTask;
    };
}
