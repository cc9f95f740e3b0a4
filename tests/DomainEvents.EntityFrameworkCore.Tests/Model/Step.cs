using DomainEvents.TestSupport.Databases;

namespace DomainEvents.EntityFrameworkCore.Tests.Model;

/// <summary>
/// One instruction of a random program. It carries no objects, so that a program can be cut down; what makes no sense where
/// it stands, or is no legal use, does nothing.
/// </summary>
internal abstract record Step
{
    internal sealed record Setup(bool AutoSavepoints, bool FaultsBehind) : Step;

    internal sealed record Add(On Context, Reaction Reaction, bool Twin) : Step;

    internal sealed record Rename(On Context, int Parcel, Reaction Reaction, bool Twin) : Step;

    internal sealed record Touch(On Context, int Parcel) : Step;

    /// <summary>Raises without changing the aggregate.</summary>
    internal sealed record Say(On Context, int Parcel, Reaction Reaction) : Step;

    /// <summary>Raises, and saves with nothing to write.</summary>
    internal sealed record Whisper(On Context, int Parcel, How How) : Step;

    internal sealed record Delete(On Context, int Parcel, Reaction Reaction) : Step;

    /// <summary>Somebody else changes the row of an aggregate, which then changes, too.</summary>
    internal sealed record Conflict(On Context, int Parcel) : Step;

    internal sealed record Save(On Context, SaveWay Way, How How) : Step;

    /// <summary>Saves, rolls back, and saves the same changes again, which the first save has not accepted.</summary>
    internal sealed record SaveAgain(bool ToSavepoint, How How) : Step;

    /// <summary>Makes the next save pass: titles become unique, and what others have changed is accepted.</summary>
    internal sealed record Repair(On Context) : Step;

    internal sealed record Clear(On Context) : Step;

    internal sealed record Load(On Context) : Step;

    /// <summary>Through the dispatcher, beside a row that no context tracks.</summary>
    internal sealed record Publish(On Context, Reaction Reaction, How How) : Step;

    internal sealed record BeginTransaction(How How) : Step;

    internal sealed record BeginEvents : Step;

    internal sealed record CreateSavepoint(string Name, Through Through, How How) : Step;

    internal sealed record RollbackToSavepoint(string Name, Through Through, How How) : Step;

    internal sealed record ReleaseSavepoint(string Name, Through Through, How How) : Step;

    internal sealed record End(EndWay Way, How How) : Step;

    /// <summary>Rolls back, or disposes of, the outermost transaction with all that is open inside.</summary>
    internal sealed record EndOutermost(bool Dispose, How How) : Step;

    /// <summary>A second context joins the transaction of the first.</summary>
    internal sealed record OpenSecond : Step;

    internal sealed record CloseSecond : Step;

    /// <summary>Both contexts use a transaction of ADO.NET that the dispatcher enlists and completes.</summary>
    internal sealed record EnlistedWork(bool ToSavepoint, bool Commit, How How) : Step;

    /// <summary>A unit of work in a scope of its own, which fails first and is done again in another.</summary>
    internal sealed record RetryingWork(EndWay Failure, Reaction Reaction, How How) : Step;

    /// <summary>Disposes of the scope, whatever is open, and goes on in a new one.</summary>
    internal sealed record NextScope : Step;
}

/// <summary>Which context of the unit of work.</summary>
internal enum On
{
    First,
    Second,
}

/// <summary>Who is told about a savepoint.</summary>
internal enum Through
{
    Context,
    Dispatcher,
}

internal enum SaveWay
{
    Plain,

    /// <summary>Accepts the changes after the save.</summary>
    AcceptsLater,

    Suppressed,
    Cancelled,

    /// <summary>A concurrency conflict, if there is one, is overruled by an interceptor.</summary>
    Overrules,

    CommitFails,
    ThrowsAfterCommit,
    ThrowsWhenSaved,
}

internal enum EndWay
{
    Commit,

    /// <summary>By the transaction of events, which commits the one of the context.</summary>
    CommitThroughDispatcher,

    CommitFailsThenCommit,
    CommitFailsThenRollback,
    CommitFailsThenDispose,
    ThrowsAfterCommit,
    Rollback,
    Dispose,
}
