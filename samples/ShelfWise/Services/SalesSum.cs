namespace ShelfWise.Services;

/// <summary>What one tenant has sold in one currency.</summary>
internal sealed record SalesSum(string Tenant, string Currency, int Orders, int Copies, decimal Total);
