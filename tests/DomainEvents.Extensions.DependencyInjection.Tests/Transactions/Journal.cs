using System.Collections.Concurrent;

namespace DomainEvents.Tests.Transactions;

/// <summary>What ran, in order. Thread-safe.</summary>
internal sealed class Journal
{
    private readonly ConcurrentQueue<(string Phase, string Text)> _entries = [];

    public IReadOnlyList<string> All => [.. _entries.Select(entry => $"{entry.Phase} {entry.Text}")];

    public void Add(string phase, string text) => _entries.Enqueue((phase, text));

    public IReadOnlyList<string> Of(string phase) =>
        [.. _entries.Where(entry => string.Equals(entry.Phase, phase, StringComparison.Ordinal)).Select(entry => entry.Text)];
}
