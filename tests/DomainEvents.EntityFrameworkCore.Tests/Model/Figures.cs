using System.Globalization;

namespace DomainEvents.EntityFrameworkCore.Tests.Model;

/// <summary>How often the programs came to what.</summary>
internal sealed class Figures
{
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);

    public int this[string what] => _counts.GetValueOrDefault(what);

    public void Count(string what, int by = 1) => _counts[what] = this[what] + by;

    public override string ToString() =>
        string.Join(", ", _counts.Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Key} {count.Value}")));
}
