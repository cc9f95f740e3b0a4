namespace DomainEvents.Outbox.Registration;

/// <summary>Types that were added to the registry. Stands among the services.</summary>
internal sealed record EventTypeSource(IReadOnlyList<Type> Types);
