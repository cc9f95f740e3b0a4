using BenchmarkDotNet.Attributes;
using DomainEvents.Benchmarks.Events;

namespace DomainEvents.Benchmarks.Publishing;

/// <summary>The same number of publishes on one thread and on two: a ratio of 0.5 is perfect scaling.</summary>
[MemoryDiagnoser]
public class TwoThreads
{
    private const int Publishes = 200_000;

    private readonly OrderPlaced _event = new(1);
    private InMemoryEventBus _bus = null!;

    // Handlers without state: counters that two threads write would measure the cache, not the bus.
    [GlobalSetup]
    public void Setup()
    {
        _bus = new InMemoryEventBus();
        for (var i = 0; i < 5; i++)
        {
            _bus.Subscribe<OrderPlaced>(static (_, _) => default);
        }
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Publishes)]
    public void OneThread() => Publish(Publishes);

    [Benchmark(OperationsPerInvoke = Publishes)]
    public void TwoThreadsAtOnce()
    {
        var other = new Thread(() => Publish(Publishes / 2));
        other.Start();
        Publish(Publishes / 2);
        other.Join();
    }

    private void Publish(int times)
    {
        for (var i = 0; i < times; i++)
        {
            _bus.PublishAsync(_event).GetAwaiter().GetResult();
        }
    }
}
