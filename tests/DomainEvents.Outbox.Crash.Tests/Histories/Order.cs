namespace DomainEvents.Outbox.Crash.Tests.Histories;

/// <summary>An order that was committed.</summary>
internal sealed record Order(string EventId, int Customer, int Number);
