namespace ShelfWise.Services;

/// <summary>What the shop has sold, as the after-commit handlers have counted it.</summary>
/// <param name="Orders">Orders placed, cancelled ones as well.</param>
/// <param name="Cancellations">How many of them were cancelled.</param>
/// <param name="Emails">Confirmations that the e-mail provider took.</param>
/// <param name="Copies">Copies sold, less those that came back.</param>
/// <param name="Revenue">In EUR, less what was cancelled.</param>
/// <param name="Books">The same for each book that has been ordered.</param>
internal sealed record DashboardView(
    int Orders, int Cancellations, int Emails, int Copies, decimal Revenue, IReadOnlyList<BookSalesView> Books);
