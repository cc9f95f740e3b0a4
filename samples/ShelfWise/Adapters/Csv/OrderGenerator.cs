using System.Globalization;

namespace ShelfWise.Adapters.Csv;

/// <summary>Makes up orders as lines of orders.csv, one in ten of them invalid. The same count gives the same orders.</summary>
internal sealed class OrderGenerator(IReadOnlyList<BookRow> books)
{
    private const int Seed = 20250331;

    private static readonly string[] FirstNames = ["Ada", "Björn", "Chloé", "Dmitri", "Eszter", "Femi", "Grace", "Hương", "Inés", "João"];

    private static readonly string[] LastNames = ["Kowalska", "Løvland", "Müller", "Nakamura", "O'Brien", "Petrović", "Quiñones", "Şahin", "Tremblay"];

    private static readonly (string Tenant, string Currency, decimal Rate)[] Tenants =
        [("harbour-books", "GBP", 0.85m), ("librairie-du-parc", "EUR", 1m), ("corner-shelf", "USD", 1.10m)];

    /// <summary>As many copies as the orders want, roughly: every fourth title has too few.</summary>
    public IEnumerable<BookRow> Stock(int orders)
    {
        var wanted = orders * 1.75 / books.Count;
        return books.Select((book, index) => book with { Stock = 6 + (int)(wanted * (index % 4 == 0 ? 0.85 : 1.25)) });
    }

    public IEnumerable<CsvLine> Rows(int count)
    {
#pragma warning disable CA5394 // made-up orders, no secrets
        var random = new Random(Seed);
        for (var i = 1; i <= count; i++)
        {
            var book = books[random.Next(books.Count)];
            var (tenant, currency, rate) = Tenants[random.Next(Tenants.Length)];
            var (first, last) = (FirstNames[random.Next(FirstNames.Length)], LastNames[random.Next(LastNames.Length)]);
            var quantity = 1 + (random.Next(10) / 4);
            var mailbox = random.Next(100) switch
            {
                < 4 => "gone.example",
                < 6 => "busy.example",
                _ => "example.org",
            };
            var number = $"G-{i:D6}";
            var day = new DateOnly(2025, 1, 1).AddDays(i % 90);
            switch (random.Next(100))
            {
                case 0 or 1:
                    currency = "EURO";
                    break;
                case 2 or 3:
                    quantity = -quantity;
                    break;
                case 4 when i > 1:
                    number = $"G-{i - 1:D6}";
                    break;
                case 5:
                    book = book with { Sku = "SW-0000" };
                    break;
                case 6:
                    yield return new CsvLine(i + 1, $"{number},{day:yyyy-MM-dd},{tenant},\"{last}, {first}");
                    continue;
            }

            yield return new CsvLine(i + 1, string.Create(
                CultureInfo.InvariantCulture,
                $"{number},{day:yyyy-MM-dd},{tenant},\"{last}, {first}\",customer{i}@{mailbox},{book.Sku},\"{book.Title}\",{quantity},{book.UnitPrice * rate:F2},{currency}"));
        }
#pragma warning restore CA5394
    }
}
