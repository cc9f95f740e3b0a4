using Microsoft.Extensions.Logging;

namespace DomainEvents.Outbox.Diagnostics;

/// <summary>What the outbox tells. Event ids 3000–3099; append only.</summary>
internal static partial class OutboxLog
{
    [LoggerMessage(3000, LogLevel.Error, "The store of the outbox has failed {Count} time(s) since this was told last. The relay goes on trying.", EventName = "OutboxStoreFailed")]
    public static partial void StoreFailed(ILogger logger, Exception exception, int count);

    [LoggerMessage(3001, LogLevel.Information, "The store of the outbox works again.", EventName = "OutboxStoreRecovered")]
    public static partial void StoreWorksAgain(ILogger logger);
}
