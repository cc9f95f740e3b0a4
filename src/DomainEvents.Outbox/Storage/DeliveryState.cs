namespace DomainEvents.Outbox;

/// <summary>What is the matter with a delivery: an event that one handler has not handled while the outbox let go of it.</summary>
public enum DeliveryState
{
    /// <summary>Not tried yet: it waits behind an earlier event of its stream, or for a relay that has the handler.</summary>
    Waiting = 0,

    /// <summary>Tried and failed; it is tried again when it is due.</summary>
    Due = 1,

    /// <summary>A dead letter: it failed too often, and waits until somebody requeues or discards it.</summary>
    Dead = 2,

    /// <summary>Nobody who has read it knows the type or the version of the event: it waits for a relay that does.</summary>
    Parked = 3,
}
