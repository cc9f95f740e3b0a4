using ShelfWise.Services;

namespace ShelfWise.EntryPoints;

/// <summary>Compares what was reported, what the middleware saw, what the other side received and what the tables hold.</summary>
internal static class Reconciliation
{
    private const int HandlersOfAnOrder = 4;

    /// <summary>What the one who placed the orders was told.</summary>
    public static IEnumerable<Check> OfIntake(int rows, IntakeReport intake, int reservations, RunResult run) =>
    [
        new("orders placed + refused", intake.Placed + intake.Refused.Count, "rows read", rows),
        new("rows in the orders table", run.Totals.Orders.Count, "orders placed", intake.Placed),
        new("reservations made", reservations, "orders placed", intake.Placed),
    ];

    /// <summary>Every committed event has reached every handler, and nothing else has.</summary>
    /// <param name="handled">How many pairs of an event and a handler after the commit succeeded.</param>
    /// <param name="run">The end.</param>
    public static IEnumerable<Check> OfDeliveries(int handled, RunResult run)
    {
        var totals = run.Totals;
        return
        [
            new("copies sold + copies left", totals.CopiesSold + totals.CopiesLeft, "copies at the start", totals.CopiesAtStart),
            OneByOne("audit rows", totals.PlacedEvents.Values),
            OneByOne("analytics rows", totals.Sales.Select(run.OrderOf)),
            OneByOne("e-mails + dead letters", totals.Emails.Select(run.OrderOf).Concat(DeadLettersOf(HandlerNames.SendConfirmation))),
            OneByOne("webhooks + dead letters", run.Webhooks.Select(order => order.OrderNumber).Concat(DeadLettersOf(HandlerNames.NotifyDistributor))),
            new("matching sums in analytics", totals.SalesReport.Intersect(totals.OrderSums).Count(), "sums by tenant and currency", totals.OrderSums.Count),
            new("audit rows", totals.AuditRows.Values.Sum(), "orders + titles running low", totals.Orders.Count + totals.RunningLow.Count),
            new(
                "deliveries handled + dead letters",
                handled + run.DeadLetters.Count,
                $"{HandlersOfAnOrder} per order, 1 per low title",
                (HandlersOfAnOrder * totals.Orders.Count) + totals.RunningLow.Count),
            new("left in the outbox", (int)(run.Outbox.Pending + run.Outbox.Retrying + run.Outbox.Parked), "nothing", 0),
        ];

        IEnumerable<string> DeadLettersOf(string handler) =>
            run.DeadLetters.Where(letter => letter.HandlerName == handler).Select(letter => run.OrderOf(letter.EventId));

        Check OneByOne(string reactions, IEnumerable<string> numbers)
        {
            var different = totals.Orders.ToHashSet();
            different.SymmetricExceptWith(numbers);
            return new Check($"orders ≠ {reactions}", different.Count, "none, one by one", 0);
        }
    }
}
