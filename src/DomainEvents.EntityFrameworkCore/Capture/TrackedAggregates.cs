using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Internal;
using Microsoft.EntityFrameworkCore.Update;

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
        if (context.ChangeTracker.AutoDetectChangesEnabled)
        {
            context.ChangeTracker.DetectChanges();
        }

        List<IHasDomainEvents>? found = null;
#pragma warning disable EF1001 // Internal. ChangeTracker.Entries makes an object for each aggregate, at each save, only to ask it for its events.
        foreach (var entry in ((IDbContextDependencies)context).StateManager.Entries)
        {
            if (entry.Entity is IHasDomainEvents { DomainEvents.Count: > 0 } source)
            {
                (found ??= []).Add(source);
            }
        }
#pragma warning restore EF1001

        return found is { Count: > 1 } ? [.. found.OrderBy(FirstOccurred).ThenBy(FirstId)] : found;
    }

    /// <summary>What the context knows of an aggregate; <see langword="null"/> if that is nothing.</summary>
    public static IUpdateEntry? EntryOf(DbContext context, IHasDomainEvents aggregate) =>
#pragma warning disable EF1001 // Internal. DbContext.Entry detects changes, each time.
        ((IDbContextDependencies)context).StateManager.TryGetEntry(aggregate);
#pragma warning restore EF1001

    private static DateTimeOffset FirstOccurred(IHasDomainEvents source) => source.DomainEvents[0].OccurredAt;

    private static Guid FirstId(IHasDomainEvents source) => source.DomainEvents[0].EventId;
}
