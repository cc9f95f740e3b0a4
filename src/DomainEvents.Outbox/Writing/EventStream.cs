using System.Text;
using DomainEvents.Transactions;

namespace DomainEvents.Outbox.Writing;

/// <summary>What the events of one aggregate have in common, and the partition of it.</summary>
internal static class EventStream
{
    // Columns and indexes have limits; a longer key is rare, and two that end alike only share their order.
    private const int LongestKey = 500;

    /// <summary>The stream of an event: its aggregate's type and identity, or, if there is none, the event alone.</summary>
    public static string Of(BufferEntry entry)
    {
        var identity = (entry.Source as AggregateRoot)?.Identity ?? entry.Identity;
        if (identity is null)
        {
            return entry.Event!.EventId.ToString();
        }

        var stream = $"{TypeNames.FullName(entry.SourceType ?? entry.Source!.GetType())}:{identity}";
        return Text(stream.Length <= LongestKey ? stream : stream[^LongestKey..]);
    }

    /// <summary>Without what not every database takes: U+0000, and surrogates without their other half, also where the key was cut.</summary>
    private static string Text(string stream) =>
        stream.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') || stream.Contains('\0', StringComparison.Ordinal)
            ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(stream)).Replace('\0', '\uFFFD')
            : stream;

    /// <summary>The same in every process, now and later: FNV-1a (draft-eastlake-fnv), folded to the number of partitions.</summary>
    public static int PartitionOf(string stream)
    {
        Span<byte> buffer = stackalloc byte[2048];
        var length = Encoding.UTF8.GetBytes(stream, buffer);
        var hash = 2166136261u;
        foreach (var octet in buffer[..length])
        {
            hash = (hash ^ octet) * 16777619u;
        }

        hash ^= hash >> 16;
        return (int)(hash % OutboxMessage.PartitionCount);
    }
}
