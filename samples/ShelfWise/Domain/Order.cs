using DomainEvents;

namespace ShelfWise.Domain;

/// <summary>A customer's order of one title. Invalid orders do not come into being.</summary>
internal sealed class Order : AggregateRoot<Guid>
{
    private Order()
    {
    }

    public required string Number { get; init; }

    public required string Tenant { get; init; }

    public required DateOnly OrderedOn { get; init; }

    public required Customer Customer { get; init; }

    public required string Sku { get; init; }

    public required int Quantity { get; init; }

    public required Money Total { get; init; }

    /// <summary>Places an order: from here on the shop owes a parcel, an e-mail and a line in the books.</summary>
    /// <exception cref="OrderRefusedException">The quantity, the currency or the price is invalid.</exception>
    public static Order Place(
        string number, string tenant, DateOnly orderedOn, Customer customer, string sku, int quantity, decimal unitPrice, string currency)
    {
        if (quantity < 1)
        {
            throw new OrderRefusedException(RefusalReason.InvalidQuantity, $"{quantity} copies cannot be ordered");
        }

        var order = new Order
        {
            Id = Guid.CreateVersion7(),
            Number = number,
            Tenant = tenant,
            OrderedOn = orderedOn,
            Customer = customer,
            Sku = sku,
            Quantity = quantity,
            Total = Money.Of(unitPrice, currency) * quantity,
        };
        order.Raise(new OrderPlaced(
            order.Id, number, sku, quantity, order.Total.Amount, order.Total.Currency, customer.Name, customer.Email)
        {
            TenantId = tenant,
        });
        return order;
    }
}
