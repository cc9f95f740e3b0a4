using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace DomainEvents.TestSupport;

/// <summary>Keeps everything that its loggers are told, oldest first. Thread-safe.</summary>
public sealed class RecordingLoggerProvider : ILoggerProvider
{
    private readonly ConcurrentQueue<LogEntry> _entries = [];

    public IReadOnlyList<LogEntry> Entries => [.. _entries];

    /// <summary>Below it loggers say that they are not enabled. The default is <see cref="LogLevel.Trace"/>.</summary>
    public LogLevel MinimumLevel { get; set; } = LogLevel.Trace;

    /// <summary>Runs on the logging thread for each entry, after it was kept; may throw, as a broken logger would.</summary>
    public Action<LogEntry>? OnLog { get; set; }

    public IReadOnlyList<LogEntry> WithId(int eventId) => [.. _entries.Where(entry => entry.EventId.Id == eventId)];

    public ILogger CreateLogger(string categoryName) => new RecordingLogger(this, categoryName);

    public ILogger<T> CreateLogger<T>() => new RecordingLogger<T>(this);

    public void Dispose()
    {
        // Entries are read after the end of what logged them.
    }

    internal void Keep(LogEntry entry)
    {
        _entries.Enqueue(entry);
        OnLog?.Invoke(entry);
    }
}
