namespace ShelfWise.Services;

/// <summary>What a customer asks for: a row of the file, readable but not yet judged.</summary>
internal sealed record OrderRequest(
    string Number,
    DateOnly OrderedOn,
    string Tenant,
    string CustomerName,
    string CustomerEmail,
    string Sku,
    int Quantity,
    decimal UnitPrice,
    string Currency);
