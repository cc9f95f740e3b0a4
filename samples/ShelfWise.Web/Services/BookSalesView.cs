namespace ShelfWise.Services;

/// <summary>A book's line in the <see cref="DashboardView"/>.</summary>
internal sealed record BookSalesView(string Sku, string Title, int Orders, int Cancellations, int Emails, int Copies, decimal Revenue);
