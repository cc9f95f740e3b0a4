using System.Threading.Channels;

namespace DomainEvents.Outbox.Tests.Relay;

/// <summary>What handlers did, in order. Thread-safe.</summary>
internal sealed class Journal
{
    private readonly Channel<string> _written = Channel.CreateUnbounded<string>();
    private readonly List<string> _entries = [];

    public IReadOnlyList<string> Entries
    {
        get
        {
            lock (_entries)
            {
                return [.. _entries];
            }
        }
    }

    public void Write(string entry)
    {
        lock (_entries)
        {
            _entries.Add(entry);
        }

        _written.Writer.TryWrite(entry);
    }

    /// <summary>Waits for one more entry that nobody has waited for yet.</summary>
    public async Task<string> NextAsync() => await _written.Reader.ReadAsync();
}
