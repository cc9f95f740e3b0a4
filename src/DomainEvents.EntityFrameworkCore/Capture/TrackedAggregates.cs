using Microsoft.EntityFrameworkCore;

namespace DomainEvents.EntityFrameworkCore.Capture;

/// <summary>Finds the aggregates of a context that have events pending, whatever state they are in: deleted ones count.</summary>
internal static class TrackedAggregates
{
    /// <summary>
    /// In the order in which each raised its first pending event. Changes are detected first, where the context does so by
    /// itself: an aggregate that only hangs on another one is tracked from then on.
    /// </summary>
    public static List<IHasDomainEvents>? WithEvents(DbContext context)
    {
        List<IHasDomainEvents>? found = null;
        foreach (var entry in context.ChangeTracker.Entries<IHasDomainEvents>())
        {
            if (entry.Entity.DomainEvents is { Count: > 0 })
            {
                (found ??= []).Add(entry.Entity);
            }
        }

        return found is { Count: > 1 } ? [.. found.OrderBy(FirstOccurred).ThenBy(FirstId)] : found;
    }

    private static DateTimeOffset FirstOccurred(IHasDomainEvents source) => source.DomainEvents[0].OccurredAt;

    private static Guid FirstId(IHasDomainEvents source) => source.DomainEvents[0].EventId;
}
