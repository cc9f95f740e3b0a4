namespace DomainEvents;

/// <summary>Something that happened in the domain and that others may react to.</summary>
/// <remarks>
/// Implement it by deriving from <see cref="DomainEvent"/>; implement it directly only where another base class is
/// needed. Instances are handed to several handlers at once, so they must be immutable.
/// </remarks>
public interface IDomainEvent
{
    /// <summary>The identity of this occurrence. It never changes, and no other event carries it.</summary>
    Guid EventId { get; }

    /// <summary>When it happened, in UTC.</summary>
    DateTimeOffset OccurredAt { get; }
}
