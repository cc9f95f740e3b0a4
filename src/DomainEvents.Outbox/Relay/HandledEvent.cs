namespace DomainEvents.Outbox.Relay;

/// <summary>The event whose handler runs in the current flow: what it publishes is caused by that one.</summary>
/// <param name="EventId">The event.</param>
/// <param name="CorrelationId">The event that began the chain.</param>
internal sealed record HandledEvent(Guid EventId, Guid CorrelationId)
{
    private static readonly AsyncLocal<HandledEvent?> Flow = new();

    public static HandledEvent? Current
    {
        get => Flow.Value;
        set => Flow.Value = value;
    }
}
