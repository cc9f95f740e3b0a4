using Microsoft.Extensions.Logging;

namespace DomainEvents.Diagnostics;

/// <summary>What the companion tells. Event ids 2000–2099; append only.</summary>
internal static partial class TransactionLog
{
    [LoggerMessage(2000, LogLevel.Warning, "No event handler is registered: published events reach nobody. Register handlers with AddHandler<THandler>() or by assembly.", EventName = "NoHandlers")]
    public static partial void NoHandlers(ILogger logger);

    [LoggerMessage(2001, LogLevel.Warning, "A factory of {Service} failed while handlers were looked up. It is treated as an after-commit handler, and tried again at each event.", EventName = "HandlerFactoryFailed")]
    public static partial void HandlerFactoryFailed(ILogger logger, Exception exception, string service);

    [LoggerMessage(2002, LogLevel.Error, "The callback {Callback} failed after its transaction had ended.", EventName = "CallbackFailed")]
    public static partial void CallbackFailed(ILogger logger, Exception exception, string callback);

    [LoggerMessage(2003, LogLevel.Error, "{EventType} {EventId} could not be published after its transaction had ended.", EventName = "PublishFailed")]
    public static partial void PublishFailed(ILogger logger, Exception exception, string eventType, Guid eventId);

    [LoggerMessage(2004, LogLevel.Error, "The outcome of a commit is unknown. Its events were neither published nor rolled back.", EventName = "CommitInDoubt")]
    public static partial void CommitInDoubt(ILogger logger, Exception? exception);

    [LoggerMessage(2005, LogLevel.Warning, "A database transaction could not be rolled back.", EventName = "RollbackFailed")]
    public static partial void RollbackFailed(ILogger logger, Exception exception);

    [LoggerMessage(2006, LogLevel.Error, "An enlisted database transaction was committed or rolled back directly, so the fate of its events is unknown: none was published, but those that were stored in the outbox by then, if it was committed. Complete it through its EventTransaction.", EventName = "TransactionCompletedElsewhere")]
    public static partial void CompletedElsewhere(ILogger logger);

    [LoggerMessage(2007, LogLevel.Warning, "{Count} event(s) were raised on a {Source} too late for the commit. They stay pending on it.", EventName = "EventsRaisedTooLate")]
    public static partial void RaisedTooLate(ILogger logger, int count, string source);

    [LoggerMessage(2008, LogLevel.Error, "Published events could not be removed from a {Source}. They may be published again.", EventName = "EventRemovalFailed")]
    public static partial void RemovalFailed(ILogger logger, Exception exception, string source);

    [LoggerMessage(2009, LogLevel.Warning, "{Count} transaction(s) were still open when their scope was disposed. They were rolled back.", EventName = "TransactionLeftOpen")]
    public static partial void LeftOpen(ILogger logger, int count);

    [LoggerMessage(2010, LogLevel.Error, "The end of an ambient transaction could not be processed.", EventName = "AmbientCompletionFailed")]
    public static partial void AmbientCompletionFailed(ILogger logger, Exception exception);

    [LoggerMessage(2011, LogLevel.Error, "Lost at shutdown: {Work}.", EventName = "WorkLost")]
    public static partial void WorkLost(ILogger logger, string work);

    [LoggerMessage(2012, LogLevel.Debug, "The before-commit handler {Handler} failed on {EventType} {EventId}: the transaction is rolled back, and the exception reaches the committer.", EventName = "BeforeCommitHandlerFailed")]
    public static partial void BeforeCommitHandlerFailed(ILogger logger, Exception exception, string handler, string eventType, Guid eventId);
}
