using BenchmarkDotNet.Attributes;
using DomainEvents.Benchmarks.Events;
using DomainEvents.Benchmarks.Yardsticks;

namespace DomainEvents.Benchmarks.Publishing;

/// <summary>Five handlers that really await, each once. Pinned to one core, as two make it bimodal.</summary>
[MemoryDiagnoser, PinnedToOneCore]
public class AsynchronousHandlers
{
    private const int Publishes = 100;

    private readonly OrderPlaced _event = new(1);
    private readonly IEventHandler<OrderPlaced>[] _handlers = [.. Enumerable.Range(0, 5).Select(_ => new YieldingHandler())];
    private InMemoryEventBus _bus = null!;

    [GlobalSetup]
    public void Setup() => _bus = HandlerSet.Bus(_handlers);

    [Benchmark(Baseline = true, OperationsPerInvoke = Publishes)]
    public async Task RawFanOut()
    {
        for (var i = 0; i < Publishes; i++)
        {
            await RawLoop.FanOut(_handlers, _event);
        }
    }

    [Benchmark(OperationsPerInvoke = Publishes)]
    public async Task<int> DomainEvents()
    {
        var handled = 0;
        for (var i = 0; i < Publishes; i++)
        {
            handled += (await _bus.PublishAsync(_event)).HandlerCount;
        }

        return handled;
    }

    [Benchmark(OperationsPerInvoke = Publishes)]
    public async Task WhenAll()
    {
        for (var i = 0; i < Publishes; i++)
        {
            await UsualDesigns.WhenAll(_handlers, _event);
        }
    }
}
