namespace DomainEvents.Outbox;

/// <summary>That the owner of a partition was gone without giving it back: most likely its process has died.</summary>
/// <param name="Position">The event that it had noted to try, or <see langword="null"/>.</param>
/// <param name="Count">
/// How often an owner was gone while that event was noted, 0 if none was. A relay that takes over from itself, as its lease ran out
/// while it lived, does not count.
/// </param>
public sealed record PartitionInterruption(long? Position, int Count);
