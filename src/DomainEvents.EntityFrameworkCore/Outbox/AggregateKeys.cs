using System.Globalization;
using DomainEvents.EntityFrameworkCore.Capture;
using DomainEvents.Transactions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Update;

namespace DomainEvents.EntityFrameworkCore.Outbox;

/// <summary>Tells from which aggregates events come: what a context knows of the type and the key of each.</summary>
internal sealed class AggregateKeys(DbContext context)
{
    /// <summary>Returns whether that of all is known. It may not be before a new row is inserted.</summary>
    public bool Identify(IReadOnlyList<BufferEntry> events)
    {
        var hasAll = true;
        foreach (var entry in events)
        {
            if (entry.Source is { } source && TrackedAggregates.EntryOf(context, source) is { } tracked)
            {
                entry.SourceType = tracked.EntityType.ClrType;
                entry.Identity = KeyOf(tracked);
                hasAll &= entry.Identity is not null;
            }
        }

        return hasAll;
    }

    private static string? KeyOf(IUpdateEntry entry)
    {
        var properties = entry.EntityType.FindPrimaryKey()!.Properties;
        if (properties is [var only])
        {
            return ValueOf(entry, only);
        }

        var values = properties.Select(property => ValueOf(entry, property)).ToArray();
        return values.Contains(null) ? null : string.Join(',', values.Select(Escaped));
    }

    /// <summary>As it is in the column: a type of the user's own may say nothing of its value.</summary>
    private static string? ValueOf(IUpdateEntry entry, IProperty property)
    {
        if (entry.HasTemporaryValue(property))
        {
            return null;
        }

        var value = entry.GetCurrentValue(property);
        return (property.GetTypeMapping().Converter is { } converter ? converter.ConvertToProvider(value) : value) switch
        {
            byte[] bytes => Convert.ToHexString(bytes),
            var stored => Convert.ToString(stored, CultureInfo.InvariantCulture),
        };
    }

    /// <summary>Two keys never look alike.</summary>
    private static string Escaped(string? value) =>
        value!.Replace(@"\", @"\\", StringComparison.Ordinal).Replace(",", @"\,", StringComparison.Ordinal);
}
