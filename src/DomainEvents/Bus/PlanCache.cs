using System.Runtime.CompilerServices;

namespace DomainEvents;

/// <summary>From event type to plan. Reading takes no lock; a plan is built at the first event of its type.</summary>
/// <remarks>
/// An open-addressing table that is replaced when it grows, as the reads are on the path of every publish (the
/// framework's dictionaries cost two to three times as much, see docs/performance.md). Types that can be unloaded are
/// kept apart, so that the table does not keep them alive, and no key of it is ever used again for another type.
/// </remarks>
internal sealed class PlanCache(Func<Type, PublishPlan> build)
{
    // Objects of CoreCLR begin with the pointer to their type: what GetType asks too, without the call (docs/adr/0010).
    private static readonly bool IsFirstWord = FirstWord(new FirstField()) == typeof(FirstField).TypeHandle.Value;

    private readonly ConditionalWeakTable<Type, PublishPlan> _collectible = [];
    private Entry[] _entries = new Entry[8];
    private int _count;

    public PublishPlan For(IDomainEvent domainEvent)
    {
        var key = TypePointer(domainEvent);
        var entries = _entries;
        for (var i = Slot(key, entries); ; i = (i + 1) & (entries.Length - 1))
        {
            ref var entry = ref entries[i];
            if (entry.Key == key)
            {
                return entry.Plan;
            }

            if (entry.Key == 0)
            {
                return Build(key, domainEvent.GetType());
            }
        }
    }

    private PublishPlan Build(nint key, Type eventType)
    {
        if (eventType.IsCollectible)
        {
            return _collectible.GetValue(eventType, type => build(type));
        }

        var plan = build(eventType);
        lock (_collectible)
        {
            var entries = new Entry[_entries.Length > 2 * (_count + 1) ? _entries.Length : 2 * _entries.Length];
            foreach (var entry in _entries)
            {
                if (entry.Key != 0 && entry.Key != key)
                {
                    Insert(entries, entry);
                }
            }

            Insert(entries, new Entry(key, plan));
            _count = entries.Count(entry => entry.Key != 0);
            Volatile.Write(ref _entries, entries);
        }

        return plan;
    }

    private static void Insert(Entry[] entries, Entry added)
    {
        var i = Slot(added.Key, entries);
        while (entries[i].Key != 0)
        {
            i = (i + 1) & (entries.Length - 1);
        }

        entries[i] = added;
    }

    // The low bits of a pointer to a type are always zero.
    private static int Slot(nint key, Entry[] entries) => (int)(key >> 5) & (entries.Length - 1);

    private static nint TypePointer(object value) =>
        IsFirstWord ? FirstWord(value) : value.GetType().TypeHandle.Value;

    private static nint FirstWord(object value) =>
        Unsafe.Add(ref Unsafe.As<byte, nint>(ref Unsafe.As<FirstField>(value).Value), -1);

    /// <summary>Stands for any object, to name the place behind the pointer to its type.</summary>
    private sealed class FirstField
    {
        public byte Value;
    }

    private readonly record struct Entry(nint Key, PublishPlan Plan);
}
