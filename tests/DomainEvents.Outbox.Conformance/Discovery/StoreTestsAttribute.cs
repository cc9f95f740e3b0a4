namespace DomainEvents.Outbox.Conformance;

/// <summary>Put on a class that derives from the conformance: whether its database is there, as the facts themselves cannot know.</summary>
[AttributeUsage(AttributeTargets.Class)]
public abstract class StoreTestsAttribute : Attribute
{
    /// <summary>Why the class is skipped; <see langword="null"/> if it runs.</summary>
    public abstract string? ReasonToSkip { get; }
}
