using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace DomainEvents.Benchmarks.Saves;

/// <summary>An application that saves one new aggregate at a time, each in a scope and a context of its own.</summary>
internal sealed class SaveCase : IAsyncDisposable
{
    private static long _lastId;
    private readonly ServiceProvider _services;
    private readonly bool _raises;

    private SaveCase(string name, NpgsqlDataSource database, bool isPooled, bool raises, Action<IServiceProvider, DbContextOptionsBuilder> configure)
    {
        (Name, _raises) = (name, raises);
        var services = new ServiceCollection().AddLogging();
        services.AddDomainEvents().AddHandler<ParcelAcceptedHandler>();
        _ = isPooled ? services.AddDbContextPool<ParcelsContext>(Configure) : services.AddDbContext<ParcelsContext>(Configure);
        _services = services.BuildServiceProvider();

        void Configure(IServiceProvider provider, DbContextOptionsBuilder options)
        {
            options.UseNpgsql(database);
            configure(provider, options);
        }
    }

    public string Name { get; }

    public static SaveCase Without(NpgsqlDataSource database, bool isPooled) =>
        new("Without UseDomainEvents", database, isPooled, raises: false, (_, _) => { });

    public static SaveCase WithNoOpInterceptors(NpgsqlDataSource database, bool isPooled) =>
        new("No-op interceptors of the same kinds", database, isPooled, raises: false, (_, options) => options.AddInterceptors(new NoOpInterceptor()));

    public static SaveCase WithNothingPending(NpgsqlDataSource database, bool isPooled) =>
        new("UseDomainEvents, nothing pending", database, isPooled, raises: false, (provider, options) => options.UseDomainEvents(provider));

    public static SaveCase WithOneEvent(NpgsqlDataSource database, bool isPooled) =>
        new("UseDomainEvents, one event", database, isPooled, raises: true, (provider, options) => options.UseDomainEvents(provider));

    public async Task SaveAsync()
    {
        await using var scope = _services.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<ParcelsContext>();
        var parcel = new Parcel(Interlocked.Increment(ref _lastId), "Lighthouse Road 1");
        if (_raises)
        {
            parcel.Accept();
        }

        context.Add(parcel);
        await context.SaveChangesAsync();
    }

    /// <summary>Saves for a time, with several writers at once.</summary>
    /// <returns>Saves a second.</returns>
    public async Task<double> MeasureAsync(int writers, TimeSpan time)
    {
        var handled = ParcelAcceptedHandler.Handled;
        var saved = 0;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => Task.Run(async () =>
        {
            while (Stopwatch.GetElapsedTime(started) < time)
            {
                await SaveAsync();
                Interlocked.Increment(ref saved);
            }
        })));
        var elapsed = Stopwatch.GetElapsedTime(started);
        handled = ParcelAcceptedHandler.Handled - handled;
        return handled == (_raises ? saved : 0) ? saved / elapsed.TotalSeconds
            : throw new InvalidOperationException($"{Name}: {saved} saves, but {handled} events were handled.");
    }

    /// <summary>Bytes a save, on all threads.</summary>
    public async Task<double> MeasureAllocationAsync(int saves)
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < saves; i++)
        {
            await SaveAsync();
        }

        return (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)saves;
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
