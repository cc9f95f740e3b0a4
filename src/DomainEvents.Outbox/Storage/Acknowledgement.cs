namespace DomainEvents.Outbox;

/// <summary>
/// That an event, or a delivery of it, is done with. The store removes it and puts what is left in its place, in one
/// transaction. If it is not there any more nothing happens: an acknowledgement may come twice.
/// </summary>
public sealed record Acknowledgement
{
    /// <summary>The place of the event.</summary>
    public required long Position { get; init; }

    /// <summary>Its partition: if the relay does not own that any more, nothing happens.</summary>
    public required int Partition { get; init; }

    /// <summary>Which delivery of the event; <see langword="null"/> for the event in the outbox itself.</summary>
    public string? Handler { get; init; }

    /// <summary>How often the delivery had been tried when it was read: if that is not true any more, nothing happens.</summary>
    public int Attempts { get; init; }

    /// <summary>What is left to do. Empty: every handler is done.</summary>
    public IReadOnlyList<Delivery> Left { get; init; } = [];
}
