using BenchmarkDotNet.Attributes;
using DomainEvents.Benchmarks.Events;
using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Benchmarks.Transactions;

/// <summary>Begin, enqueue ten events, commit: against publishing the ten at once, and against a plain list.</summary>
[MemoryDiagnoser]
public class EventTransactions
{
    private const int Transactions = 100;

    private readonly OrderPlaced[] _events = [.. Enumerable.Range(0, 10).Select(number => new OrderPlaced(number))];
    private IEventHandler<OrderPlaced>[] _handlers = null!;
    private IEventBus _bus = null!;
    private IEventDispatcher _dispatcher = null!;

    [GlobalSetup]
    public void Setup()
    {
        var services = new ServiceCollection();
        services.AddDomainEvents().AddHandler<SynchronousHandler<FirstTag>>(ServiceLifetime.Singleton);
        var provider = services.BuildServiceProvider();
        _bus = provider.GetRequiredService<IEventBus>();
        _dispatcher = provider.CreateScope().ServiceProvider.GetRequiredService<IEventDispatcher>();
        _handlers = HandlerSet.Synchronous(1);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Transactions)]
    public void ListThenRawLoop()
    {
        for (var i = 0; i < Transactions; i++)
        {
            var held = new List<OrderPlaced>();
            foreach (var domainEvent in _events)
            {
                held.Add(domainEvent);
            }

            foreach (var domainEvent in held)
            {
                Yardsticks.RawLoop.Publish(_handlers, domainEvent).GetAwaiter().GetResult();
            }
        }
    }

    [Benchmark(OperationsPerInvoke = Transactions)]
    public void PublishAllAtOnce()
    {
        for (var i = 0; i < Transactions; i++)
        {
            _bus.PublishAllAsync(_events).GetAwaiter().GetResult();
        }
    }

    [Benchmark(OperationsPerInvoke = Transactions)]
    public void BeginEnqueueCommit()
    {
        for (var i = 0; i < Transactions; i++)
        {
            using var transaction = _dispatcher.Begin();
            foreach (var domainEvent in _events)
            {
                transaction.Enqueue(domainEvent);
            }

            transaction.CommitAsync().GetAwaiter().GetResult();
        }
    }
}
