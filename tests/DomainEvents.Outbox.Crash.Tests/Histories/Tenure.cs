namespace DomainEvents.Outbox.Crash.Tests.Histories;

/// <summary>The time in which one process owned a partition.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Epoch">Which of its tenures.</param>
/// <param name="Process">Who owned it.</param>
/// <param name="Moment">When it began.</param>
/// <param name="WasInterrupted">Whether the tenure before it ended by a lease that ran out.</param>
/// <param name="Noted">The event that the owner before had noted to try; 0 for none.</param>
/// <param name="Interruptions">How often a tenure has ended while that event was noted.</param>
internal sealed record Tenure(int Partition, long Epoch, string Process, long Moment, bool WasInterrupted, long Noted, int Interruptions);
