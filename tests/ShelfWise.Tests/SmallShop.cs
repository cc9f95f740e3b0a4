using ShelfWise.Adapters.Csv;
using ShelfWise.Adapters.Database;
using ShelfWise.Domain;
using ShelfWise.EntryPoints;
using ShelfWise.Services;
using ShelfWise.Services.Ports;

namespace ShelfWise.Tests;

/// <summary>The whole shop, composed as in the program, with few books and few orders.</summary>
internal static class SmallShop
{
    public const string Dune = "SW-1";
    public const string Emma = "SW-2";

    public static Task<Shop> OpenAsync(int copiesOfDune = 20, int copiesOfEmma = 20, IDistributor? distributor = null) => Shop.OpenAsync(
        [new Book(Dune, "Dune", copiesOfDune), new Book(Emma, "Emma", copiesOfEmma)], databasePath: null, distributor);

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

    /// <summary>Places orders; the first row is line 2, as in a file with a header.</summary>
    public static Task<IntakeReport> TakeAsync(this Shop shop, params string[] rows) => shop.TakeOrdersAsync(
        rows.Select((row, index) => new CsvLine(index + 2, row)), onRow: () => { }, CancellationToken.None);

    public static Task<ShopTotals> TotalsAsync(this Shop shop) => shop.ReadTotalsAsync(CancellationToken.None);

    /// <summary>The first column of a query.</summary>
    public static async Task<IReadOnlyList<string>> QueryAsync(this Shop shop, string sql)
    {
        List<string> values = [];
        await using var connection = await shop.Database.OpenAsync(CancellationToken.None);
        await using var command = connection.Command(sql);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            values.Add(reader.GetString(0));
        }

        return values;
    }
}
