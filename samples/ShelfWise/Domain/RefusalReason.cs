namespace ShelfWise.Domain;

/// <summary>Why the shop does not take an order.</summary>
internal enum RefusalReason
{
    Unreadable,
    UnknownCurrency,
    InvalidQuantity,
    InvalidPrice,
    UnknownBook,
    OutOfStock,
    Duplicate,
}
