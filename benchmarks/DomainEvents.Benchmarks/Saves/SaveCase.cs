using System.Diagnostics;
using DomainEvents.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;

namespace DomainEvents.Benchmarks.Saves;

/// <summary>An application that saves one new aggregate at a time, each in a scope and a context of its own.</summary>
internal sealed class SaveCase : IAsyncDisposable
{
    private static long _lastId = ParcelsContext.Rows;
    private readonly ServiceProvider _services;
    private readonly bool _raises;
    private readonly bool _handles;
    private readonly SaveWork _work;

    private SaveCase(
        string name,
        NpgsqlDataSource database,
        bool isPooled,
        bool raises,
        Action<IServiceProvider, DbContextOptionsBuilder> configure,
        SaveWork work = SaveWork.Insert,
        Action<DomainEventsBuilder>? configureEvents = null)
    {
        (Name, _raises, _handles, _work) = (name, raises, raises && configureEvents is null, work);
        var services = new ServiceCollection().AddLogging();
        var events = services.AddDomainEvents().AddHandler<ParcelAcceptedHandler>();
        configureEvents?.Invoke(events);
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

    public static SaveCase WithoutOutbox(NpgsqlDataSource database, SaveWork work) =>
        new("Without UseDomainEvents", database, isPooled: false, raises: false, (_, _) => { }, work);

    /// <summary>
    /// Nobody relays, and no other process is woken, which takes a connection beside those of the saves: only what these cost is measured.
    /// </summary>
    public static SaveCase WithOutbox(NpgsqlDataSource database, SaveWork work) => new(
        "One event stored in the outbox",
        database,
        isPooled: false,
        raises: true,
        (provider, options) => options.UseDomainEvents(provider),
        work,
        events => events.UsePostgreSqlOutbox(database, options => options.RunRelay = false)
            .AddEvent<ParcelAccepted>().AddEntityFrameworkOutbox<ParcelsContext>().Services.RemoveAll<IOutboxWakeUp>());

    public async Task SaveAsync()
    {
        await using var scope = _services.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<ParcelsContext>();
        var number = Interlocked.Increment(ref _lastId);
        var parcel = new Parcel(_work == SaveWork.Update ? number % ParcelsContext.Rows : number, "Lighthouse Road 1");
        _ = _work == SaveWork.Update ? context.Attach(parcel) : context.Add(parcel);
        if (_work == SaveWork.Update)
        {
            parcel.Redirect(number);
        }

        if (_raises)
        {
            parcel.Accept();
        }

        if (_work == SaveWork.InsertInTransaction)
        {
            await using var transaction = await context.Database.BeginTransactionAsync();
            await context.SaveChangesAsync();
            await transaction.CommitAsync();
        }
        else
        {
            await context.SaveChangesAsync();
        }
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
        return handled == (_handles ? saved : 0) ? saved / elapsed.TotalSeconds
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
