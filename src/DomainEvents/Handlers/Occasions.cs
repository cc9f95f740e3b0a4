namespace DomainEvents;

/// <summary>When a handler runs. A publish has one occasion, a handler one or more.</summary>
[Flags]
internal enum Occasions
{
    None = 0,

    /// <summary>Published with no transaction around.</summary>
    Immediate = 1,

    BeforeCommit = 2,

    AfterCommit = 4,

    AfterRollback = 8,

    /// <summary>The commit failed in a way that leaves its outcome unknown.</summary>
    InDoubt = 16,

    /// <summary>A commit has stored the event: what handlers get later, from the outbox, is not part of it.</summary>
    AfterStoredCommit = 32,

    /// <summary>Handed out by the outbox.</summary>
    Relayed = 64,
}
