namespace DomainEvents.Transactions.Model;

/// <summary>A transaction as the documents describe it: lists of its own, and the time at which each thing was registered.</summary>
/// <param name="number">Its place among all that the program has begun.</param>
/// <param name="outer">The one it is nested in.</param>
internal sealed class ModelTransaction(int number, ModelTransaction? outer)
{
    public int Number => number;

    public ModelTransaction? Outer => outer;

    public ModelTransaction Outermost => outer?.Outermost ?? this;

    public EventTransactionState State { get; set; } = EventTransactionState.Active;

    public bool IsOpen => State == EventTransactionState.Active;

    /// <summary>Events and callbacks.</summary>
    public List<ModelWork> Work { get; set; } = [];

    public List<(int Time, ModelAggregate Aggregate)> Aggregates { get; set; } = [];

    public List<(int Time, string Name)> Savepoints { get; } = [];

    /// <summary>Events that a savepoint or an inner transaction took back. They are collected again only when somebody asks again.</summary>
    public HashSet<ModelEvent> TakenBack { get; } = outer?.TakenBack ?? [];
}

internal sealed record ModelWork(int Time, ModelEvent? Event, ModelCallback? Callback);

/// <summary>An instance of an event. A copy has the id of another.</summary>
internal sealed class ModelEvent(int number, int id, EventKind kind)
{
    public int Number => number;

    public int Id => id;

    public EventKind Kind => kind;

    public override string ToString() => $"E{Number}";
}

internal sealed record ModelCallback(int Number, bool AfterCommit, CallbackKind Kind);

/// <param name="RemovesAll">It has the default implementation of <see cref="IHasDomainEvents.RemoveDomainEvents"/>.</param>
internal sealed record ModelAggregate(bool RemovesAll)
{
    public List<ModelEvent> Pending { get; } = [];
}
