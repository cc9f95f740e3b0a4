using ShelfWise.Domain;

namespace ShelfWise.Services;

/// <summary>What the tables hold at the end of a run.</summary>
/// <param name="Orders">The numbers in the orders table.</param>
/// <param name="CopiesSold">Copies in the orders table.</param>
/// <param name="CopiesAtStart">Copies on the shelves before the run.</param>
/// <param name="CopiesLeft">Copies on the shelves now.</param>
/// <param name="RunningLow">Titles that dropped below <see cref="Book.LowStock"/> during the run.</param>
/// <param name="OrderSums">The orders table, summed up.</param>
/// <param name="SalesReport">What analytics has counted, summed up.</param>
/// <param name="Sales">The events that analytics has counted.</param>
/// <param name="Emails">The events that a confirmation was sent for.</param>
/// <param name="AuditRows">Rows in the audit log by type of event.</param>
/// <param name="PlacedEvents">The numbers of orders by event, as the audit log has them.</param>
internal sealed record ShopTotals(
    IReadOnlySet<string> Orders,
    int CopiesSold,
    int CopiesAtStart,
    int CopiesLeft,
    IReadOnlyList<Book> RunningLow,
    IReadOnlyList<SalesSum> OrderSums,
    IReadOnlyList<SalesSum> SalesReport,
    IReadOnlySet<Guid> Sales,
    IReadOnlySet<Guid> Emails,
    IReadOnlyDictionary<string, int> AuditRows,
    IReadOnlyDictionary<Guid, string> PlacedEvents);
