using DomainEvents.EntityFrameworkCore.Tests.Outbox;
using DomainEvents.EntityFrameworkCore.Tests.Scenario;
using DomainEvents.TestSupport.Databases;
using DomainEvents.TestSupport.Network;
using DomainEvents.Transactions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace DomainEvents.EntityFrameworkCore.Tests.Faults;

/// <summary>A desk whose context reaches PostgreSQL through a proxy.</summary>
internal sealed class ProxiedDesk : IAsyncDisposable
{
    private readonly TicketDesk _desk;

    private ProxiedDesk(TicketDesk desk, LoopbackProxy proxy) => (_desk, Proxy) = (desk, proxy);

    public LoopbackProxy Proxy { get; }

    public TicketsContext Context => _desk.Context;

    public Journal Journal => _desk.Journal;

    public IEventDispatcher Dispatcher => _desk.Dispatcher;

    /// <summary>How often it was told that nobody knows whether a commit took effect.</summary>
    public int DoubtsTold => _desk.Logs.Entries.Count(entry => entry.Level == LogLevel.Error && entry.Message.Contains("outcome of a commit is unknown"));

    /// <param name="retries">Whether what a lost connection may have caused is tried again.</param>
    /// <param name="hasOutbox">Whether events go to an outbox.</param>
    public static async Task<ProxiedDesk> OpenAsync(bool retries = false, bool hasOutbox = false)
    {
        LoopbackProxy? proxy = null;
        var connectionString = "";
        var desk = hasOutbox
            ? await OutboxDesk.OpenAsync(DatabaseKind.PostgreSql, Configure, prepare: PrepareAsync)
            : await TicketDesk.OpenAsync(DatabaseKind.PostgreSql, Configure, prepare: PrepareAsync);
        return new ProxiedDesk(desk, proxy!);

        void Configure(DbContextOptionsBuilder options) =>
            options.UseNpgsql(connectionString, npgsql => _ = retries ? npgsql.EnableRetryOnFailure(3, TimeSpan.Zero, null) : npgsql);

        async Task PrepareAsync(TestDatabase database)
        {
            var server = (PostgreSqlDatabase)database;
            proxy = await server.StartProxyAsync();
            connectionString = server.ConnectionStringThrough(proxy);
        }
    }

    public Task<IReadOnlyList<string>> PublishedAsync() => _desk.PublishedAsync();

    public Task<IReadOnlyList<string>> TitlesAsync() => _desk.TitlesAsync();

    public Task<IReadOnlyList<string>> StoredAsync() => _desk.StoredAsync();

    public async ValueTask DisposeAsync()
    {
        await _desk.DisposeAsync();
        await Proxy.DisposeAsync();
    }
}
