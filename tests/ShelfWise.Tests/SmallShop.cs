using DomainEvents.Outbox;
using ShelfWise.Adapters.Csv;
using ShelfWise.Adapters.Database;
using ShelfWise.Adapters.Distributor;
using ShelfWise.Domain;
using ShelfWise.EntryPoints;
using ShelfWise.Services;
using ShelfWise.Services.Ports;

namespace ShelfWise.Tests;

/// <summary>The whole shop, composed as in the program, with few books and few orders.</summary>
internal sealed class SmallShop : IAsyncDisposable
{
    public const string Dune = "SW-1";
    public const string Emma = "SW-2";

    private SmallShop(SqliteShopDatabase database, DistributorEndpoint endpoint, Shop shop) =>
        (Database, Endpoint, Shop) = (database, endpoint, shop);

    public SqliteShopDatabase Database { get; }

    public DistributorEndpoint Endpoint { get; }

    public Shop Shop { get; }

    public static async Task<SmallShop> OpenAsync(int copiesOfDune = 20, int copiesOfEmma = 20, IDistributor? distributor = null)
    {
        var database = await SqliteShopDatabase.CreateAsync(path: null, CancellationToken.None);
        var endpoint = DistributorEndpoint.Start();
        var shop = await Shop.OpenAsync(new ShopSettings(database, endpoint.Webhook) { Distributor = distributor });
        await shop.ShelveAsync([new Book(Dune, "Dune", copiesOfDune), new Book(Emma, "Emma", copiesOfEmma)], CancellationToken.None);
        return new SmallShop(database, endpoint, shop);
    }

    /// <summary>A row of orders.csv; valid unless told otherwise.</summary>
    public static string Row(
        string number,
        string sku = Dune,
        int quantity = 1,
        string price = "10.00",
        string currency = "EUR",
        string email = "ada@example.org",
        string tenant = "harbour-books") =>
        $"{number},2025-01-02,{tenant},\"Lovelace, Ada\",{email},{sku},Any title,{quantity},{price},{currency}";

    /// <summary>Places orders, and waits for their handlers; the first row is line 2, as in a file with a header.</summary>
    public async Task<IntakeReport> TakeAsync(params string[] rows)
    {
        var intake = await Shop.TakeOrdersAsync(
            rows.Select((row, index) => new CsvLine(index + 2, row)), onRow: _ => ValueTask.CompletedTask, CancellationToken.None);
        await Shop.SettleAsync(CancellationToken.None);
        return intake;
    }

    public Task<ShopTotals> TotalsAsync() => Shop.ReadTotalsAsync(CancellationToken.None);

    public Task<RunResult> ResultAsync() => RunResult.ReadAsync(Shop, Endpoint, CancellationToken.None);

    public async Task<DeadLetter> OnlyDeadLetterAsync() =>
        (await Shop.Outbox.GetDeadLettersAsync().ToListAsync()).Should().ContainSingle().Subject;

    /// <summary>All checks of a run, over what may have been damaged.</summary>
    public async Task<IReadOnlyList<Check>> ChecksAsync(int rows, IntakeReport intake, Func<RunResult, RunResult>? damage = null)
    {
        var result = await ResultAsync();
        var run = damage?.Invoke(result) ?? result;
        var reservations = Shop.Statistics.Of(HandlerNames.ReserveInventory).Succeeded;
        return [.. Reconciliation.OfIntake(rows, intake, reservations, run), .. Reconciliation.OfDeliveries(Shop.HandledAfterCommit, run)];
    }

    /// <summary>The first column of a query.</summary>
    public async Task<IReadOnlyList<string>> QueryAsync(string sql)
    {
        List<string> values = [];
        await using var connection = await Database.OpenAsync(CancellationToken.None);
        await using var command = connection.Command(sql);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            values.Add(reader.GetString(0));
        }

        return values;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = await Database.OpenAsync(CancellationToken.None);
        await using var command = connection.Command(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Shop.DisposeAsync();
        await Endpoint.DisposeAsync();
        await Database.DisposeAsync();
    }
}
