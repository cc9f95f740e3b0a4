using Microsoft.Extensions.Logging;

namespace DomainEvents.Outbox.Diagnostics;

/// <summary>What the outbox tells. Event ids 3000–3099; append only.</summary>
internal static partial class OutboxLog
{
    [LoggerMessage(3000, LogLevel.Error, "The store of the outbox has failed {Count} time(s) since this was told last, now at {Call}. The outbox goes on trying.", EventName = "OutboxStoreFailed")]
    public static partial void StoreFailed(ILogger logger, Exception exception, int count, StoreCalls call);

    [LoggerMessage(3001, LogLevel.Information, "The store of the outbox works again.", EventName = "OutboxStoreRecovered")]
    public static partial void StoreWorksAgain(ILogger logger);

    [LoggerMessage(3002, LogLevel.Error, "{EventType} {EventId} at position {Position} is a dead letter of handler {Handler} after {Attempts} attempt(s). IOutboxInspector has the error, and requeues or discards it; later events of its stream wait for that.", EventName = "OutboxDeadLetter")]
    public static partial void DeadLetter(ILogger logger, string eventType, Guid? eventId, long position, string handler, int attempts);

    [LoggerMessage(3003, LogLevel.Error, "{Count} more deliveries are dead letters than were told one by one. IOutboxInspector lists them.", EventName = "OutboxDeadLetters")]
    public static partial void MoreDeadLetters(ILogger logger, int count);

    [LoggerMessage(3004, LogLevel.Warning, "An event of type {EventType}, version {Version}, is parked, as this process does not know it: it waits, and its stream with it, for a relay that does. More of them are told in five minutes.", EventName = "OutboxEventParked")]
    public static partial void EventParked(ILogger logger, string eventType, int version);

    [LoggerMessage(3005, LogLevel.Warning, "The relay has lost {Count} partition(s), as it could not prolong its leases in time: its handlers there are cancelled, and what they have not done is done by the next owner, which may repeat what they have.", EventName = "OutboxLeaseLost")]
    public static partial void LeaseLost(ILogger logger, int count);

    [LoggerMessage(3006, LogLevel.Warning, "The time to shut down was over before the relay was done: {Count} event(s) whose handlers still run are cancelled. They stay in the outbox and are handled again.", EventName = "OutboxShutdownCut")]
    public static partial void ShutdownCut(ILogger logger, int count);

    [LoggerMessage(3007, LogLevel.Warning, "Handler {Handler} handles {EventType}, which is not registered, so that it cannot be stored in the outbox: in a transaction it is refused. Call AddEvent<{EventClass}>(), unless it is only published in memory, by IEventBus.", EventName = "OutboxEventNotRegistered")]
    public static partial void EventNotRegistered(ILogger logger, string handler, string eventType, string eventClass);

    [LoggerMessage(3008, LogLevel.Critical, "The relay of the outbox has stopped, which is a bug. Other relays take its partitions over; this process relays again when it is started again.", EventName = "OutboxRelayFailed")]
    public static partial void RelayFailed(ILogger logger, Exception exception);
}
