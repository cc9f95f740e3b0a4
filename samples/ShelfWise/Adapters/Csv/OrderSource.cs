using ShelfWise.Domain;

namespace ShelfWise.Adapters.Csv;

/// <summary>Where a run takes its orders from, and the books that it sells.</summary>
internal sealed record OrderSource(string Name, IReadOnlyList<Book> Books, IReadOnlyList<CsvLine> Rows)
{
    /// <summary>The files that ship with the program.</summary>
    public static string DataFolder => Path.Combine(AppContext.BaseDirectory, "Data");

    /// <summary>Reads orders.csv and books.csv.</summary>
    public static async Task<OrderSource> ReadAsync(string folder, CancellationToken cancellationToken)
    {
        var books = await ReadBooksAsync(folder, cancellationToken);
        var rows = await CsvFile.ReadAsync(Path.Combine(folder, "orders.csv"), OrderCsv.Header, cancellationToken);
        return new OrderSource("orders.csv", Shelve(books), rows);
    }

    /// <summary>Generates orders, the same ones for the same count, of the titles in books.csv.</summary>
    public static async Task<OrderSource> GenerateAsync(string folder, int count, CancellationToken cancellationToken)
    {
        var generator = new OrderGenerator(await ReadBooksAsync(folder, cancellationToken));
        return new OrderSource("generated orders", Shelve(generator.Stock(count)), [.. generator.Rows(count)]);
    }

    private static async Task<IReadOnlyList<BookRow>> ReadBooksAsync(string folder, CancellationToken cancellationToken)
    {
        var lines = await CsvFile.ReadAsync(Path.Combine(folder, "books.csv"), BookCsv.Header, cancellationToken);
        return [.. lines.Select(BookCsv.Parse)];
    }

    private static IReadOnlyList<Book> Shelve(IEnumerable<BookRow> books) =>
        [.. books.Select(book => new Book(book.Sku, book.Title, book.Stock))];
}
