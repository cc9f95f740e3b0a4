namespace DomainEvents.PostgreSql;

/// <summary>
/// What the last exchanges of a relay have shown: no more than what makes the next one faster. Used by one exchange at a time, and
/// begun anew with each renewal.
/// </summary>
internal sealed class RelayMemory
{
    public Floor Floor { get; } = new();

    /// <summary>Whether each acknowledgement must be looked at, as other relays have handlers that this one lacks.</summary>
    public bool AcknowledgesOneByOne { get; set; }

    /// <summary>Whether there are deliveries to read.</summary>
    public bool HasDeliveries { get; set; }
}
