namespace DomainEvents.Benchmarks.Saves;

/// <summary>What a save does, in one command each.</summary>
internal enum SaveWork
{
    Insert,

    /// <summary>Between BEGIN and COMMIT, as where several saves belong together.</summary>
    InsertInTransaction,

    /// <summary>One that stores an event needs a transaction around it, which it does not need without.</summary>
    Update,
}
