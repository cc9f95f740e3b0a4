using DomainEvents.Outbox.CrashChild.Orders;
using Microsoft.Extensions.Logging;

namespace DomainEvents.Outbox.CrashChild;

/// <summary>
/// What goes wrong, on the standard error: written when it happens, as the process may be gone a moment later. That a relay has lost
/// its leases is an entry of the journal.
/// </summary>
internal sealed class ChildLog(Journal journal) : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            if (eventId.Name == "OutboxLeaseLost")
            {
                journal.Falter();
            }

            Console.Error.WriteLine($"{logLevel} {eventId.Name}: {formatter(state, exception)} {exception}");
        }
    }

    public void Dispose()
    {
    }
}
