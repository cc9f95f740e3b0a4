using Microsoft.Extensions.Logging;

namespace DomainEvents.TestSupport;

/// <summary>A logger that keeps what it is told in its <see cref="Provider"/>.</summary>
public class RecordingLogger(RecordingLoggerProvider provider, string category) : ILogger
{
    public RecordingLoggerProvider Provider { get; } = provider;

    public IReadOnlyList<LogEntry> Entries => Provider.Entries;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= Provider.MinimumLevel;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        ArgumentNullException.ThrowIfNull(formatter);
        var values = (state as IEnumerable<KeyValuePair<string, object?>> ?? [])
            .GroupBy(pair => pair.Key)
            .ToDictionary(group => group.Key, group => group.Last().Value);
        Provider.Keep(new LogEntry(category, logLevel, eventId, formatter(state, exception), exception, values));
    }
}
