namespace DomainEvents.Benchmarks.Events;

public record OrderPlaced(int Number) : DomainEvent;

/// <summary>A handler of its base type runs for it as well.</summary>
public sealed record RushOrderPlaced(int Number) : OrderPlaced(Number);
