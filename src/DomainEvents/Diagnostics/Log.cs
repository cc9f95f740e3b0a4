using Microsoft.Extensions.Logging;

namespace DomainEvents;

/// <summary>What the core tells. Event ids 1000–1099; append only.</summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Error, "Event handler {Handler} failed on {EventType} {EventId}.", EventName = "EventHandlerFailed")]
    public static partial void EventHandlerFailed(ILogger logger, Exception exception, string handler, string eventType, Guid eventId);

    [LoggerMessage(1001, LogLevel.Information, "{EventType} was published, but no handler is registered for it. This is told once.", EventName = "EventWithoutHandler")]
    public static partial void EventWithoutHandler(ILogger logger, string eventType);

    /// <summary>Logs; a logger that throws disturbs nobody.</summary>
    public static void Contained(Action log)
    {
        try
        {
            log();
        }
#pragma warning disable CA1031 // whatever a logger throws, the publish goes on
        catch (Exception)
#pragma warning restore CA1031
        {
            // There is nowhere left to tell it.
        }
    }
}
