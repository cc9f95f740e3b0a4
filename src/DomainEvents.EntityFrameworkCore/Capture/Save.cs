using DomainEvents.EntityFrameworkCore.Outbox;
using DomainEvents.Transactions;

namespace DomainEvents.EntityFrameworkCore.Capture;

/// <summary>One call of SaveChanges, from the collection of its events to its end.</summary>
internal sealed class Save
{
    /// <summary>Where its events wait; <see langword="null"/> if it has none.</summary>
    public EventTransaction? Transaction { get; set; }

    /// <summary>Whether it commits by itself, as nothing is around it that commits later.</summary>
    public bool IsAlone { get; set; }

    /// <summary>The place in <see cref="Transaction"/> behind which its events stand.</summary>
    public long Place { get; set; }

    /// <summary>
    /// Whether there is something to save. If nothing was sent and there still is, an interceptor has suppressed the save;
    /// not every change needs a command.
    /// </summary>
    public bool HasChanges { get; set; }

    public bool HasSentCommands { get; set; }

    public bool HasFailedCommand { get; set; }

    /// <summary>Whether the connection is gone, so that a command may have taken effect although it failed.</summary>
    public bool HasLostConnection { get; set; }

    /// <summary>Whether Entity Framework Core has opened a transaction for it.</summary>
    public bool HasTransaction { get; set; }

    public bool HasCommitted { get; set; }

    /// <summary>Whether the outcome of the commit of its transaction is unknown.</summary>
    public bool HasUnknownCommit { get; set; }

    /// <summary>Whether it was cancelled.</summary>
    public bool IsCanceled { get; set; }

    /// <summary>Whether it met a concurrency conflict, and is over unless somebody overrules that.</summary>
    public bool HasConflict { get; set; }

    /// <summary>What it stores in an outbox; <see langword="null"/> before its first command, and if that is nothing.</summary>
    public Storing? Storing { get; set; }

    /// <summary>What was given back because of a concurrency conflict, which somebody may yet overrule.</summary>
    public IReadOnlyList<BufferEntry>? GivenBack { get; set; }

    /// <summary>Whether the database has committed its rows, although it looks failed.</summary>
    /// <remarks>A single command has no transaction: what the database has executed is committed.</remarks>
    public bool IsCommittedAnyway => HasCommitted || (IsExecuted && !IsCanceled && !HasLostConnection);

    /// <summary>Whether nobody knows what has become of its rows: a single command was cancelled, or lost, before its answer was read.</summary>
    public bool IsInDoubt => HasUnknownCommit || (!HasTransaction && (HasLostConnection || (IsExecuted && IsCanceled)));

    private bool IsExecuted => HasSentCommands && !HasFailedCommand && !HasTransaction;

    /// <summary>Makes one that had no events as good as new.</summary>
    public void Clear() =>
        HasSentCommands = HasFailedCommand = HasLostConnection = HasTransaction = HasCommitted = HasUnknownCommit = HasConflict = false;
}
