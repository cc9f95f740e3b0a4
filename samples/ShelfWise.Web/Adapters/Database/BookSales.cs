namespace ShelfWise.Adapters.Database;

/// <summary>A book's row in the dashboard's table. Rows are made with the books, and only ever counted up and down.</summary>
internal sealed class BookSales
{
    public required string Sku { get; init; }

    public required string Title { get; init; }

    public int Orders { get; init; }

    public int Cancellations { get; init; }

    public int Emails { get; init; }

    public int Copies { get; init; }

    public decimal Revenue { get; init; }
}
