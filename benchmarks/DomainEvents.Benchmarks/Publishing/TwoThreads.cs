using BenchmarkDotNet.Attributes;
using DomainEvents.Benchmarks.Events;

namespace DomainEvents.Benchmarks.Publishing;

/// <summary>
/// The same number of publishes on one thread and on two: a ratio of 0.5 is perfect scaling. The raw loop beside it shows
/// what the machine gives.
/// </summary>
[MemoryDiagnoser]
public class TwoThreads
{
    private const int Publishes = 2_000_000; // so many that starting a thread does not count

    private readonly OrderPlaced _event = new(1);
    private readonly IEventHandler<OrderPlaced>[] _handlers = [.. Enumerable.Range(0, 5).Select(_ => new IdleHandler())];
    private InMemoryEventBus _bus = null!;

    // Handlers without state: counters that two threads write would measure the cache, not the bus.
    [GlobalSetup]
    public void Setup() => _bus = HandlerSet.Bus(_handlers);

    [Benchmark(Baseline = true, OperationsPerInvoke = Publishes)]
    public void OneThread() => Publish(Publishes);

    [Benchmark(OperationsPerInvoke = Publishes)]
    public void TwoThreadsAtOnce() => OnTwoThreads(Publish);

    [Benchmark(OperationsPerInvoke = Publishes)]
    public void RawLoopOnOneThread() => RunRawLoop(Publishes);

    [Benchmark(OperationsPerInvoke = Publishes)]
    public void RawLoopOnTwoThreads() => OnTwoThreads(RunRawLoop);

    private static void OnTwoThreads(Action<int> run)
    {
        var other = new Thread(() => run(Publishes / 2));
        other.Start();
        run(Publishes / 2);
        other.Join();
    }

    private void RunRawLoop(int times)
    {
        for (var i = 0; i < times; i++)
        {
            Yardsticks.RawLoop.Publish(_handlers, _event).GetAwaiter().GetResult();
        }
    }

    private void Publish(int times)
    {
        for (var i = 0; i < times; i++)
        {
            _bus.PublishAsync(_event).GetAwaiter().GetResult();
        }
    }

    private sealed class IdleHandler : IEventHandler<OrderPlaced>
    {
        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken) => default;
    }
}
