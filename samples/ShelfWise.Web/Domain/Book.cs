using DomainEvents;

namespace ShelfWise.Domain;

/// <summary>A title: what it costs, and how many copies are on the shelf.</summary>
internal sealed class Book : AggregateRoot<string>
{
    public const int LowStock = 5;

    public Book(string id, string title, int stock) => (Id, Title, Stock) = (id, title, stock);

    public string Title { get; }

    public int Stock { get; private set; }

    public required Money UnitPrice { get; init; }

    /// <summary>Takes copies off the shelf.</summary>
    /// <exception cref="OrderRefusedException">There are not that many.</exception>
    public void Reserve(int copies)
    {
        if (copies > Stock)
        {
            throw new OrderRefusedException(RefusalReason.OutOfStock, $"{copies} of '{Title}' wanted, {Stock} left");
        }

        var wasLow = Stock < LowStock;
        Stock -= copies;
        if (!wasLow && Stock < LowStock)
        {
            Raise(new StockRunningLow(Id, Title, Stock));
        }
    }

    /// <summary>Puts copies of a cancelled order back.</summary>
    public void Return(int copies) => Stock += copies;
}
