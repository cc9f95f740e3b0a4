using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using DomainEvents.EntityFrameworkCore.Tests.Outbox;
using DomainEvents.EntityFrameworkCore.TestSupport;
using DomainEvents.Outbox;
using DomainEvents.TestSupport.Databases;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.EntityFrameworkCore.Tests.Model;

/// <summary>One database and one container for all programs, which run one after the other.</summary>
internal sealed class ModelDesk : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly DbConnection _observer;
    private readonly SemaphoreSlim _observing = new(1);
    private readonly ServiceProvider _services;

    private ModelDesk(TestDatabase database, DbConnection observer, bool hasOutbox)
    {
        (_database, _observer, HasOutbox) = (database, observer, hasOutbox);
        var services = new ServiceCollection();
        var events = services.AddDomainEvents().AddHandler<Prepares>(ServiceLifetime.Singleton).AddHandler<Publishes>(ServiceLifetime.Singleton);
        if (hasOutbox)
        {
            events.UseOutboxIn(database).AddEvent<Happened>().AddEntityFrameworkOutbox<ModelContext>();
        }

        services.AddDbContext<ModelContext>((provider, options) => Use(options.UseDatabase(database), provider));
        _services = services.BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true });
    }

    public Faults Faults { get; } = new();

    public Figures Figures { get; } = new();

    /// <summary>Whether the interceptor of the user's comes behind the library's own.</summary>
    public bool FaultsBehind { get; set; }

    public bool AutoSavepoints { get; set; } = true;

    /// <summary>Whether events go to an outbox, whose rows then count as published.</summary>
    public bool HasOutbox { get; }

    public bool IsSqlite => _database is SqliteDatabase;

    public static async Task<ModelDesk> OpenAsync(DatabaseKind kind, bool hasOutbox = false)
    {
        var database = await TestDatabase.CreateAsync(kind);
        var desk = new ModelDesk(database, await database.OpenAsync(), hasOutbox);
        await using var scope = desk.CreateScope();
        await scope.ServiceProvider.GetRequiredService<ModelContext>().GetService<IRelationalDatabaseCreator>().CreateTablesAsync();
        if (hasOutbox)
        {
            await scope.ServiceProvider.GetRequiredService<IOutboxSchema>().EnsureCreatedAsync();
        }

        return desk;
    }

    public AsyncServiceScope CreateScope() => _services.CreateAsyncScope();

    /// <summary>A second context of a scope, on the connection of the first.</summary>
    public ModelContext ContextBeside(ModelContext first, IServiceProvider scope)
    {
        var options = new DbContextOptionsBuilder<ModelContext>();
        var connection = first.Database.GetDbConnection();
        _ = connection is SqliteConnection ? options.UseSqlite(connection) : options.UseNpgsql(connection);
        Use(options, scope);
        return new ModelContext(options.Options);
    }

    /// <summary>By a connection that has nothing to do with the programs: whether the evidence of an event is committed.</summary>
    public async Task<bool> IsCommittedAsync(int number) =>
        Convert.ToInt32(await ExecuteAsync($"SELECT COUNT(*) FROM evidence WHERE id = {number}"), CultureInfo.InvariantCulture) == 1;

    public Task ChangeAsync(int parcel) => ExecuteAsync($"UPDATE parcels SET version = version + 10 WHERE id = {parcel}");

    /// <summary>Runs a program: what is wrong with it, or <see langword="null"/>.</summary>
    public async Task<string?> RunAsync(Step[] program)
    {
        var setup = program.OfType<Step.Setup>().FirstOrDefault(new Step.Setup(AutoSavepoints: true, FaultsBehind: false));
        (AutoSavepoints, FaultsBehind) = (setup.AutoSavepoints, setup.FaultsBehind);
        var ledger = new Ledger(IsCommittedAsync);
        try
        {
            await UnitOfWork.RunAsync(this, ledger, program);
        }
#pragma warning disable CA1031 // whatever it is, it is the finding
        catch (Exception exception)
#pragma warning restore CA1031
        {
            ledger.Expect(false, otherwise: $"threw {exception}");
        }

        if (HasOutbox)
        {
            ledger.Expect(ledger.Published == 0, otherwise: "a handler ran that was to run from the outbox");
            foreach (var (payload, _) in await OutboxDesk.RowsAsync(_database))
            {
                await ledger.PublishedAsync(JsonSerializer.Deserialize<Happened>(payload, JsonSerializerOptions.Web)!);
            }

            await ExecuteAsync("DELETE FROM domain_event_outbox");
        }

        var verdict = ledger.Verdict(await EvidenceAsync());
        await ExecuteAsync("DELETE FROM evidence");
        await ExecuteAsync("DELETE FROM parcels");
        Figures.Count("programs");
        Figures.Count("events published", ledger.Published);
        return verdict;
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _observer.DisposeAsync();
        _observing.Dispose();
        await _database.DisposeAsync();
    }

    private async Task<IReadOnlyCollection<int>> EvidenceAsync()
    {
        await using var command = _observer.CreateCommand();
        command.CommandText = "SELECT id FROM evidence";
        await using var reader = await command.ExecuteReaderAsync();
        List<int> numbers = [];
        while (await reader.ReadAsync())
        {
            numbers.Add(reader.GetInt32(0));
        }

        return numbers;
    }

    private async Task<object?> ExecuteAsync(string sql)
    {
        await _observing.WaitAsync();
        try
        {
            return await TestDatabase.ExecuteAsync(_observer, sql);
        }
        finally
        {
            _observing.Release();
        }
    }

    private void Use(DbContextOptionsBuilder options, IServiceProvider scope)
    {
        if (FaultsBehind)
        {
            options.UseDomainEvents(scope).AddInterceptors(Faults);
        }
        else
        {
            options.AddInterceptors(Faults).UseDomainEvents(scope);
        }
    }
}
