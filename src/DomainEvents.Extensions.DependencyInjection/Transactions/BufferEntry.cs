namespace DomainEvents.Transactions;

/// <summary>One thing that waits for the end of a transaction: an event, or a callback.</summary>
internal sealed class BufferEntry(long sequence, EventTransaction owner)
{
    /// <summary>Its place in the order of registration.</summary>
    public long Sequence => sequence;

    /// <summary>The transaction that it was registered in; when that is committed, those around it answer for it.</summary>
    public EventTransaction Owner => owner;

    public IDomainEvent? Event { get; init; }

    /// <summary>The aggregate that the event is still pending on, if it came from one.</summary>
    public IHasDomainEvents? Source { get; set; }

    public Callback? Callback { get; init; }

    /// <summary>What tells the source from others, where it does not say itself: its key in the database.</summary>
    public string? Identity { get; set; }

    /// <summary>The type of the source where its class does not say it: that of a proxy is made up.</summary>
    public Type? SourceType { get; set; }

    /// <summary>Whether the transaction has stored it in the outbox, from where handlers get it.</summary>
    public bool IsStored => StoredAt > 0;

    /// <summary>The place at which it was stored; zero as long as it is not.</summary>
    public long StoredAt { get; set; }

    /// <summary>Whether the row of its source counts as saved, whatever becomes of the transaction: nobody writes it again.</summary>
    public bool IsAccepted { get; set; }

    /// <summary>Whether its row is committed, while what is around its transaction goes on.</summary>
    public bool IsCommitted { get; set; }

    /// <summary>The place at which before-commit handlers took the event; zero as long as it is fresh.</summary>
    public long TakenAt { get; set; }

    public bool Discarded { get; set; }
}
