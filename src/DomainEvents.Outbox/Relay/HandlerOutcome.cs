namespace DomainEvents.Outbox.Relay;

/// <summary>What came of one handler call.</summary>
/// <param name="Handler">The name of the handler.</param>
/// <param name="Error">The error, or <see langword="null"/> if it has not failed.</param>
/// <param name="IsFinal">Whether another attempt cannot help, as the event cannot be read.</param>
/// <param name="IsCancelled">Whether it was cancelled: it is called again, and that was no attempt.</param>
internal readonly record struct HandlerOutcome(string Handler, string? Error = null, bool IsFinal = false, bool IsCancelled = false)
{
    public bool Succeeded => Error is null && !IsCancelled;
}
