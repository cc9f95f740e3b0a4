using System.Reflection;
using BenchmarkDotNet.Attributes;
using DomainEvents.Benchmarks.Events;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Benchmarks.Registration;

/// <summary>
/// Start-up: 500 handler classes of 500 event types found by a scan, the container built, the first event published.
/// The classes are new at each run, so that nothing about them is cached yet.
/// </summary>
[MemoryDiagnoser]
public class FiveHundredHandlers
{
    private Assembly _assembly = null!;

    [IterationSetup]
    public void EmitHandlers() => _assembly = HandlerAssembly.Emit(500);

    /// <summary>The same scan by hand, with nothing but the container.</summary>
    [Benchmark(Baseline = true)]
    public int ScanByHand()
    {
        var services = new ServiceCollection();
        services.AddScoped<IEventHandler<OrderPlaced>, SynchronousHandler<FirstTag>>();
        foreach (var type in _assembly.GetTypes().Where(type => type is { IsAbstract: false }))
        {
            foreach (var contract in type.GetInterfaces().Where(contract => contract.IsGenericType && contract.GetGenericTypeDefinition() == typeof(IEventHandler<>)))
            {
                services.AddScoped(contract, type);
            }
        }

        using var provider = services.BuildServiceProvider();
        using var scope = provider.CreateScope();
        return scope.ServiceProvider.GetServices<IEventHandler<OrderPlaced>>().Count();
    }

    [Benchmark]
    public int DomainEvents()
    {
        var services = new ServiceCollection();
        services.AddDomainEvents(_assembly).AddHandler<SynchronousHandler<FirstTag>>();
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IEventBus>().PublishAsync(new OrderPlaced(1)).GetAwaiter().GetResult().HandlerCount;
    }
}
