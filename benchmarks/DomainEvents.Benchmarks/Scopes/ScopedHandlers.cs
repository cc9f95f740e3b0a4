using BenchmarkDotNet.Attributes;
using DomainEvents.Benchmarks.Events;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Benchmarks.Scopes;

/// <summary>A scope for each handler call, as handlers with a database context need it, and transient handlers that need none.</summary>
[MemoryDiagnoser]
public class ScopedHandlers
{
    private const int Publishes = 200;

    private static readonly Type[] Types =
        [typeof(Scoped1), typeof(Scoped2), typeof(Scoped3), typeof(Scoped4), typeof(Scoped5)];

    private readonly OrderPlaced _event = new(1);
    private IServiceScopeFactory _scopes = null!;
    private Type[] _handlers = null!;
    private IEventBus _scoped = null!;
    private IEventBus _transient = null!;

    [Params(1, 5)]
    public int HandlerCount { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _handlers = Types[..HandlerCount];
        var services = Build(ServiceLifetime.Scoped, HandlerCount);
        _scopes = services.GetRequiredService<IServiceScopeFactory>();
        _scoped = services.GetRequiredService<IEventBus>();
        _transient = Build(ServiceLifetime.Transient, HandlerCount).GetRequiredService<IEventBus>();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Publishes)]
    public void RawScopePerHandler()
    {
        for (var i = 0; i < Publishes; i++)
        {
            foreach (var handler in _handlers)
            {
                CallInScope(handler).GetAwaiter().GetResult();
            }
        }
    }

    [Benchmark(OperationsPerInvoke = Publishes)]
    public int ScopePerHandler() => Publish(_scoped);

    [Benchmark(OperationsPerInvoke = Publishes)]
    public int TransientWithoutScopedDependency() => Publish(_transient);

    private static ServiceProvider Build(ServiceLifetime lifetime, int count)
    {
        var services = new ServiceCollection();
        services.AddSingleton<Clock>();
        services.AddScoped<UnitOfWork>();
        var builder = services.AddDomainEvents();
        var add = new Action[]
        {
            () => Add<Scoped1, Transient1>(builder, lifetime),
            () => Add<Scoped2, Transient2>(builder, lifetime),
            () => Add<Scoped3, Transient3>(builder, lifetime),
            () => Add<Scoped4, Transient4>(builder, lifetime),
            () => Add<Scoped5, Transient5>(builder, lifetime),
        };
        Array.ForEach(add[..count], each => each());
        return services.BuildServiceProvider();
    }

    private static void Add<TScoped, TTransient>(DomainEventsBuilder builder, ServiceLifetime lifetime)
        where TScoped : class
        where TTransient : class
    {
        if (lifetime == ServiceLifetime.Scoped)
        {
            builder.AddHandler<TScoped>(lifetime);
        }
        else
        {
            builder.AddHandler<TTransient>(lifetime);
        }
    }

    private async ValueTask CallInScope(Type handler)
    {
        await using var scope = _scopes.CreateAsyncScope();
        await ((IEventHandler<OrderPlaced>)scope.ServiceProvider.GetRequiredService(handler)).HandleAsync(_event, default);
    }

    private int Publish(IEventBus bus)
    {
        var handled = 0;
        for (var i = 0; i < Publishes; i++)
        {
            handled += bus.PublishAsync(_event).GetAwaiter().GetResult().HandlerCount;
        }

        return handled;
    }

    public sealed class Clock;

    public sealed class UnitOfWork;

    public class Scoped1(UnitOfWork work) : IEventHandler<OrderPlaced>
    {
        public UnitOfWork Work { get; } = work;

        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken) => default;
    }

    public sealed class Scoped2(UnitOfWork work) : Scoped1(work);

    public sealed class Scoped3(UnitOfWork work) : Scoped1(work);

    public sealed class Scoped4(UnitOfWork work) : Scoped1(work);

    public sealed class Scoped5(UnitOfWork work) : Scoped1(work);

    public class Transient1(Clock clock) : IEventHandler<OrderPlaced>
    {
        public Clock Clock { get; } = clock;

        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken) => default;
    }

    public sealed class Transient2(Clock clock) : Transient1(clock);

    public sealed class Transient3(Clock clock) : Transient1(clock);

    public sealed class Transient4(Clock clock) : Transient1(clock);

    public sealed class Transient5(Clock clock) : Transient1(clock);
}
