using BenchmarkDotNet.Attributes;
using DomainEvents.Benchmarks.Events;
using DomainEvents.Benchmarks.Yardsticks;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Benchmarks.Publishing;

/// <summary>Handlers that complete synchronously: what the dispatch itself costs.</summary>
[MemoryDiagnoser]
public class SynchronousHandlers
{
    private const int Publishes = 1000;

    private readonly OrderPlaced _event = new(1);
    private IEventHandler<OrderPlaced>[] _handlers = null!;
    private InMemoryEventBus _bus = null!;
    private ServiceProvider _services = null!;

    [Params(1, 5, 100)]
    public int HandlerCount { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _handlers = HandlerSet.Synchronous(HandlerCount);
        _bus = HandlerSet.Bus(_handlers);
        var services = new ServiceCollection();
        Array.ForEach(_handlers, handler => services.AddSingleton(handler));
        _services = services.BuildServiceProvider();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Publishes)]
    public void RawLoop()
    {
        for (var i = 0; i < Publishes; i++)
        {
            Yardsticks.RawLoop.Publish(_handlers, _event).GetAwaiter().GetResult();
        }
    }

    [Benchmark(OperationsPerInvoke = Publishes)]
    public void DomainEvents()
    {
        for (var i = 0; i < Publishes; i++)
        {
            _bus.PublishAsync(_event).GetAwaiter().GetResult();
        }
    }

    [Benchmark(OperationsPerInvoke = Publishes)]
    public void AwaitEach()
    {
        for (var i = 0; i < Publishes; i++)
        {
            UsualDesigns.AwaitEach(_handlers, _event).GetAwaiter().GetResult();
        }
    }

    [Benchmark(OperationsPerInvoke = Publishes)]
    public void WhenAll()
    {
        for (var i = 0; i < Publishes; i++)
        {
            UsualDesigns.WhenAll(_handlers, _event).GetAwaiter().GetResult();
        }
    }

    [Benchmark(OperationsPerInvoke = Publishes)]
    public void ResolvePerPublish()
    {
        for (var i = 0; i < Publishes; i++)
        {
            UsualDesigns.ResolvePerPublish(_services, _event).GetAwaiter().GetResult();
        }
    }
}
