using DomainEvents.Outbox;
using ShelfWise.Adapters.Distributor;
using ShelfWise.Services;

namespace ShelfWise.EntryPoints;

/// <summary>What is left of a run when nothing more happens: in the tables, in the outbox, and at the other side.</summary>
/// <param name="Totals">The tables of the shop.</param>
/// <param name="Outbox">How the outbox stands.</param>
/// <param name="DeadLetters">What handlers have failed at for good.</param>
/// <param name="Webhooks">What the distributor has received.</param>
internal sealed record RunResult(
    ShopTotals Totals, OutboxStatus Outbox, IReadOnlyList<DeadLetter> DeadLetters, IReadOnlyCollection<ShippingOrder> Webhooks)
{
    public static async Task<RunResult> ReadAsync(Shop shop, DistributorEndpoint endpoint, CancellationToken cancellationToken) => new(
        await shop.ReadTotalsAsync(cancellationToken),
        await shop.Outbox.GetStatusAsync(cancellationToken),
        await shop.Outbox.GetDeadLettersAsync(cancellationToken).ToListAsync(cancellationToken),
        endpoint.Received);

    /// <summary>The order that an event is about; an event that the audit log does not know goes by its id.</summary>
    public string OrderOf(Guid eventId) => Totals.PlacedEvents.GetValueOrDefault(eventId, eventId.ToString());
}
