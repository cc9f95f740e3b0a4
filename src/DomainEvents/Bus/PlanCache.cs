using System.Runtime.CompilerServices;

namespace DomainEvents;

/// <summary>From event type to plan. Reading takes no lock; a plan is built at the first event of its type.</summary>
/// <remarks>
/// An open-addressing table that is replaced when it grows, as the reads are on the path of every publish (the
/// framework's dictionaries cost two to three times as much, see docs/performance.md). Types that can be unloaded are
/// kept apart, so that the table does not keep them alive.
/// </remarks>
internal sealed class PlanCache(Func<Type, PublishPlan> build)
{
    private readonly ConditionalWeakTable<Type, PublishPlan> _collectible = [];
    private Entry[] _entries = new Entry[8];
    private int _count;

    public PublishPlan For(Type eventType)
    {
        var entries = _entries;
        for (var i = Slot(eventType, entries); ; i = (i + 1) & (entries.Length - 1))
        {
            ref var entry = ref entries[i];
            if (ReferenceEquals(entry.EventType, eventType))
            {
                return entry.Plan;
            }

            if (entry.EventType is null)
            {
                return Build(eventType);
            }
        }
    }

    private PublishPlan Build(Type eventType)
    {
        if (eventType.IsCollectible)
        {
            return _collectible.GetValue(eventType, key => build(key));
        }

        var plan = build(eventType);
        lock (_collectible)
        {
            var entries = new Entry[_entries.Length > 2 * (_count + 1) ? _entries.Length : 2 * _entries.Length];
            foreach (var entry in _entries)
            {
                if (entry.EventType is not null && !ReferenceEquals(entry.EventType, eventType))
                {
                    Insert(entries, entry);
                }
            }

            Insert(entries, new Entry(eventType, plan));
            _count = entries.Count(entry => entry.EventType is not null);
            Volatile.Write(ref _entries, entries);
        }

        return plan;
    }

    private static void Insert(Entry[] entries, Entry added)
    {
        var i = Slot(added.EventType, entries);
        while (entries[i].EventType is not null)
        {
            i = (i + 1) & (entries.Length - 1);
        }

        entries[i] = added;
    }

    // The low bits of a type handle are always zero.
    private static int Slot(Type type, Entry[] entries) => (int)(type.TypeHandle.Value >> 5) & (entries.Length - 1);

    private readonly record struct Entry(Type EventType, PublishPlan Plan);
}
