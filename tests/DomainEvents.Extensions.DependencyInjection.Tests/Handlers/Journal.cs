using System.Collections.Concurrent;

namespace DomainEvents.Tests.Companion;

/// <summary>What handlers wrote down, in order. Thread-safe.</summary>
internal sealed class Journal
{
    private readonly ConcurrentQueue<string> _entries = [];

    public IReadOnlyList<string> Entries => [.. _entries];

    public void Write(string entry) => _entries.Enqueue(entry);
}
