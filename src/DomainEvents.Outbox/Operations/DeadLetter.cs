namespace DomainEvents.Outbox;

/// <summary>A delivery that failed too often, and waits until somebody requeues or discards it.</summary>
/// <param name="Position">The place of the event.</param>
/// <param name="HandlerName">The name of the handler that failed.</param>
/// <param name="EventType">The stored name of the event's type; the beginning of it where it is longer than any that can be registered.</param>
/// <param name="EventId">The id of the event.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Error">The last error, in full.</param>
/// <param name="FailedAt">When it failed for the last time, by the clock of the database, in UTC.</param>
public sealed record DeadLetter(
    long Position, string HandlerName, string EventType, Guid EventId, int Attempts, string Error, DateTimeOffset FailedAt);
