using ShelfWise.Domain;

namespace ShelfWise.Services;

/// <summary>What the tables hold at the end of a run.</summary>
/// <param name="Orders">Rows in the orders table.</param>
/// <param name="CopiesSold">Copies in them.</param>
/// <param name="CopiesAtStart">Copies on the shelves before the run.</param>
/// <param name="CopiesLeft">Copies on the shelves now.</param>
/// <param name="RunningLow">Titles that dropped below <see cref="Book.LowStock"/> during the run.</param>
/// <param name="OrderSums">The orders table, summed up.</param>
/// <param name="SalesReport">The analytics read model, which the handlers kept.</param>
/// <param name="AuditRows">Rows in the audit log by type of event.</param>
internal sealed record ShopTotals(
    int Orders,
    int CopiesSold,
    int CopiesAtStart,
    int CopiesLeft,
    IReadOnlyList<Book> RunningLow,
    IReadOnlyList<SalesSum> OrderSums,
    IReadOnlyList<SalesSum> SalesReport,
    IReadOnlyDictionary<string, int> AuditRows);
