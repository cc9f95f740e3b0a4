namespace DomainEvents.Outbox.Crash.Tests.Histories;

/// <summary>That a relay knew an event to be done with.</summary>
internal sealed record Acknowledged(long Moment, long Position, long Epoch);
