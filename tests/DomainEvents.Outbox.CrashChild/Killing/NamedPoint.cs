namespace DomainEvents.Outbox.CrashChild.Killing;

/// <summary>Where, on an event's way, a process can die.</summary>
internal enum NamedPoint
{
    BeforeInsert,
    AfterInsert,
    AfterCommit,
    AfterTakeOver,
    AfterRead,
    AfterNote,
    InHandler,
    AfterHandler,
    BeforeAcknowledgement,
    AfterAcknowledgement,
}
