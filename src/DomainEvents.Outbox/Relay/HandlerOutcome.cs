namespace DomainEvents.Outbox.Relay;

/// <summary>What came of one handler call.</summary>
/// <param name="Handler">The name of the handler.</param>
/// <param name="Error">The error, or <see langword="null"/> if it has succeeded.</param>
/// <param name="IsFinal">Whether another attempt cannot help, as the event cannot be read.</param>
internal readonly record struct HandlerOutcome(string Handler, string? Error = null, bool IsFinal = false);
