using ShelfWise.Services;

namespace ShelfWise.EntryPoints;

/// <summary>
/// Compares what the publisher was told, what the middleware saw, what the other side received and what the tables hold.
/// </summary>
internal static class Reconciliation
{
    public static IReadOnlyList<Check> Checks(IntakeReport intake, ShopTotals totals, Shop shop)
    {
        var calls = shop.Handlers.ToDictionary(handler => handler.Name, handler => shop.Statistics.Of(handler.Name));
        var reservations = calls[HandlerNames.ReserveInventory];
        return
        [
            new("orders placed + refused", intake.Placed + intake.Refused.Count, "rows read", intake.RowsRead),
            new("rows in the orders table", totals.Orders, "orders placed", intake.Placed),
            new("reservations made", reservations.Succeeded, "orders placed", intake.Placed),
            new("copies sold + copies left", totals.CopiesSold + totals.CopiesLeft, "copies at the start", totals.CopiesAtStart),
            new("e-mails sent + failed", shop.Email.Accepted + intake.FailuresOf(HandlerNames.SendConfirmation), "orders placed", intake.Placed),
            new("webhooks received + failed", shop.Endpoint.Received.Count + intake.FailuresOf(HandlerNames.NotifyDistributor), "orders placed", intake.Placed),
            new("matching sums in analytics", totals.SalesReport.Intersect(totals.OrderSums).Count(), "sums by tenant and currency", totals.OrderSums.Count),
            new("audit rows", totals.AuditRows.Values.Sum(), "orders + titles running low", totals.Orders + totals.RunningLow.Count),
            new("after-commit handler calls", calls.Values.Sum(handler => handler.Total) - reservations.Total, "handlers started, by result", intake.HandlersStarted),
        ];
    }
}
