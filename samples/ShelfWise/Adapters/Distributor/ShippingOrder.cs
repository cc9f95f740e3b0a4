namespace ShelfWise.Adapters.Distributor;

/// <summary>The body of the webhook.</summary>
internal sealed record ShippingOrder(string OrderNumber, string Sku, int Quantity);
