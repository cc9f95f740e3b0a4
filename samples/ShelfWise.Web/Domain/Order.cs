using DomainEvents;

namespace ShelfWise.Domain;

/// <summary>A customer's order of one title. Invalid orders do not come into being.</summary>
internal sealed class Order : AggregateRoot<Guid>
{
    private Order()
    {
    }

    public required string Number { get; init; }

    public required DateTimeOffset PlacedAt { get; init; }

    public required Customer Customer { get; init; }

    public required string Sku { get; init; }

    public required int Quantity { get; init; }

    public required Money Total { get; init; }

    /// <summary><see langword="null"/> while the order stands.</summary>
    public DateTimeOffset? CancelledAt { get; private set; }

    /// <summary>Places an order at the book's price: from here on the shop owes a parcel and an e-mail.</summary>
    /// <exception cref="OrderRefusedException">The quantity is invalid.</exception>
    public static Order Place(string number, Customer customer, Book book, int quantity, DateTimeOffset placedAt)
    {
        if (quantity < 1)
        {
            throw new OrderRefusedException(RefusalReason.InvalidQuantity, $"{quantity} copies cannot be ordered");
        }

        var order = new Order
        {
            Id = Guid.CreateVersion7(placedAt),
            Number = number,
            PlacedAt = placedAt,
            Customer = customer,
            Sku = book.Id,
            Quantity = quantity,
            Total = book.UnitPrice * quantity,
        };
        order.Raise(new OrderPlaced(
            order.Id, number, order.Sku, quantity, order.Total.Amount, order.Total.Currency, customer.Name, customer.Email));
        return order;
    }

    /// <summary>Takes the order back.</summary>
    /// <exception cref="OrderAlreadyCancelledException">It has been cancelled before.</exception>
    public void Cancel(DateTimeOffset cancelledAt)
    {
        if (CancelledAt is { } before)
        {
            throw new OrderAlreadyCancelledException(Number, before);
        }

        CancelledAt = cancelledAt;
        Raise(new OrderCancelled(Id, Number, Sku, Quantity, Total.Amount, Total.Currency));
    }
}
