using DomainEvents;

namespace ShelfWise.Domain;

/// <summary>A title in the warehouse that all tenants sell from.</summary>
internal sealed class Book : AggregateRoot<string>
{
    public const int LowStock = 5;

    public Book(string sku, string title, int stock) => (Id, Title, Stock) = (sku, title, stock);

    public string Title { get; }

    public int Stock { get; private set; }

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
}
