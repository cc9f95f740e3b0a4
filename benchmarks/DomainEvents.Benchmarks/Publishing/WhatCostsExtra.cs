using System.Diagnostics;
using System.Diagnostics.Metrics;
using BenchmarkDotNet.Attributes;
using DomainEvents.Benchmarks.Events;

namespace DomainEvents.Benchmarks.Publishing;

/// <summary>Five synchronous handlers, and what else an application may ask for.</summary>
[MemoryDiagnoser]
public class WhatCostsExtra
{
    private const int Publishes = 1000;

    private readonly OrderPlaced _event = new(1);
    private readonly RushOrderPlaced _derived = new(1);
    private readonly IEventHandler<OrderPlaced>[] _handlers = HandlerSet.Synchronous(5);
    private InMemoryEventBus _plain = null!;
    private InMemoryEventBus _mixed = null!;
    private InMemoryEventBus _middleware = null!;
    private InMemoryEventBus _failing = null!;

    [GlobalSetup]
    public void Setup()
    {
        _plain = HandlerSet.Bus(_handlers);
        _mixed = HandlerSet.Bus(_handlers[..3]);
        _mixed.Subscribe<IDomainEvent>(static (_, _) => default);
        _mixed.Subscribe<RushOrderPlaced>(static (_, _) => default);
        _middleware = HandlerSet.Bus(_handlers, new EventBusOptions { Middleware = { new PassThrough() } });
        _failing = HandlerSet.Bus([.. _handlers[..4], new FailingHandler()]);
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
    public int Plain() => Publish(_plain, _event);

    [Benchmark(OperationsPerInvoke = Publishes)]
    public int BaseTypeHandlersAmongThem() => Publish(_mixed, _derived);

    [Benchmark(OperationsPerInvoke = Publishes)]
    public int OneMiddleware() => Publish(_middleware, _event);

    [Benchmark(OperationsPerInvoke = Publishes)]
    public int OneOfThemFails() => Publish(_failing, _event);

    [Benchmark(OperationsPerInvoke = Publishes)]
    public int MetricsAndSpansOn()
    {
        using var spans = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "DomainEvents",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        };
        ActivitySource.AddActivityListener(spans);
        using var metrics = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "DomainEvents")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        metrics.SetMeasurementEventCallback<long>(static (_, _, _, _) => { });
        metrics.SetMeasurementEventCallback<double>(static (_, _, _, _) => { });
        metrics.Start();
        return Publish(_plain, _event);
    }

    private static int Publish(InMemoryEventBus bus, IDomainEvent domainEvent)
    {
        var handled = 0;
        for (var i = 0; i < Publishes; i++)
        {
            handled += bus.PublishAsync(domainEvent).GetAwaiter().GetResult().HandlerCount;
        }

        return handled;
    }

    private sealed class PassThrough : IEventMiddleware
    {
        public ValueTask InvokeAsync(EventHandlerContext context, EventHandlerDelegate next, CancellationToken cancellationToken) =>
            next(context, cancellationToken);
    }
}
