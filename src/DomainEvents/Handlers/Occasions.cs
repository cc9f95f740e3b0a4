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
}
