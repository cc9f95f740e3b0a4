namespace DomainEvents.Transactions.Model;

/// <summary>One instruction of a random program. It carries no objects, so that the model and the real thing can both follow it.</summary>
internal abstract record Step
{
    internal sealed record Begin : Step;

    internal sealed record CreateSavepoint(Which Transaction, string Name) : Step;

    internal sealed record ReleaseSavepoint(Which Transaction, string Name) : Step;

    internal sealed record RollbackToSavepoint(Which Transaction, string Name) : Step;

    internal sealed record Commit(Which Transaction, Way Way) : Step;

    internal sealed record Rollback(Which Transaction, Way Way) : Step;

    internal sealed record Dispose(Which Transaction, Way Way) : Step;

    /// <summary>Ends with it all that is open inside.</summary>
    internal sealed record DisposeOutermost : Step;

    internal sealed record EnqueueEvent(Which Transaction, EventKind Kind) : Step;

    /// <summary>An instance that some transaction was given before.</summary>
    internal sealed record EnqueueSameEvent(Which Transaction, int Earlier) : Step;

    /// <summary>A <c>with</c> copy of such an instance: another event with the same id.</summary>
    internal sealed record EnqueueCopy(Which Transaction, int Earlier) : Step;

    internal sealed record EnqueueAggregate(Which Transaction, int Aggregate) : Step;

    internal sealed record Raise(int Aggregate, EventKind Kind) : Step;

    internal sealed record OnCommitted(Which Transaction, CallbackKind Kind) : Step;

    internal sealed record OnRolledBack(Which Transaction, CallbackKind Kind) : Step;

    internal sealed record Publish(EventKind Kind) : Step;

    internal sealed record PublishFrom(int Aggregate) : Step;

    internal sealed record OnCommittedOfDispatcher(CallbackKind Kind) : Step;

    internal sealed record OnRolledBackOfDispatcher(CallbackKind Kind) : Step;
}

/// <summary>A transaction of the program: counted among those that are open, or ended, from the newest. None there: the step does nothing.</summary>
internal readonly record struct Which(bool IsOpen, int FromNewest)
{
    public override string ToString() => (IsOpen ? "open-" : "ended-") + FromNewest;

    public T? In<T>(IReadOnlyList<T> all, Func<T, bool> isOpen)
        where T : class
    {
        var wanted = IsOpen;
        var candidates = all.Where(transaction => isOpen(transaction) == wanted).ToArray();
        return FromNewest < candidates.Length ? candidates[^(FromNewest + 1)] : null;
    }
}

internal enum Way
{
    Async,
    Sync,
}

internal enum EventKind
{
    Plain,

    /// <summary>Its before-commit handler publishes a further event.</summary>
    Breeds,

    FailsBeforeCommit,

    FailsAfterCommit,
}

internal enum CallbackKind
{
    Plain,
    Throws,
    RegistersAnother,
    Publishes,
    OpensTransaction,
}
