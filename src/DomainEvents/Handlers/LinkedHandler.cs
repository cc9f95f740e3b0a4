namespace DomainEvents;

/// <summary>A handler with all that wraps its calls, linked once when it is registered.</summary>
/// <param name="Registration">The handler.</param>
/// <param name="Call">Calls it with services of its own.</param>
/// <param name="CallWith">Calls it with services of the caller.</param>
internal sealed record LinkedHandler(HandlerRegistration Registration, HandlerCall Call, ServicesCall CallWith);
