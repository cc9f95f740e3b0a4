namespace DomainEvents.Outbox;

/// <summary>An event, or a delivery of it, that was read.</summary>
/// <param name="Message">The event.</param>
/// <param name="BlockedHandlers">
/// Handlers that have a delivery of an earlier event of the stream: this one must wait behind it. The empty name blocks all.
/// </param>
/// <param name="Handler">Which delivery; <see langword="null"/> for an event in the outbox, and the empty name for all handlers.</param>
/// <param name="Attempts">How often the delivery was tried before.</param>
/// <param name="Damage">
/// Why the row cannot be read, if it cannot: what a column holds that no event has. It becomes a dead letter of each handler. <see langword="null"/> as a rule.
/// </param>
public sealed record OutboxEntry(
    OutboxMessage Message, IReadOnlyList<string> BlockedHandlers, string? Handler = null, int Attempts = 0, string? Damage = null);
