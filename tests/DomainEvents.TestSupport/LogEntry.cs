using Microsoft.Extensions.Logging;

namespace DomainEvents.TestSupport;

/// <summary>One thing that was logged.</summary>
/// <param name="Category">The category; empty for a logger made without one.</param>
/// <param name="Level">The level.</param>
/// <param name="EventId">Id and name.</param>
/// <param name="Message">The formatted message.</param>
/// <param name="Exception">The exception, if there was one.</param>
/// <param name="State">The named values of the message, <c>{OriginalFormat}</c> among them.</param>
public sealed record LogEntry(
    string Category,
    LogLevel Level,
    EventId EventId,
    string Message,
    Exception? Exception,
    IReadOnlyDictionary<string, object?> State);
