using ShelfWise.Domain;

namespace ShelfWise.Services;

/// <summary>An order, as the API shows it.</summary>
internal sealed record OrderView(
    Guid Id, string Number, string Sku, int Quantity, decimal Total, string Currency, DateTimeOffset PlacedAt, DateTimeOffset? CancelledAt)
{
    public static OrderView Of(Order order) => new(
        order.Id, order.Number, order.Sku, order.Quantity, order.Total.Amount, order.Total.Currency, order.PlacedAt, order.CancelledAt);
}
