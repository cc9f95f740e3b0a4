namespace ShelfWise.Adapters.Csv;

internal sealed record BookRow(string Sku, string Title, int Stock, decimal UnitPrice);
