using System.Data.Common;

namespace DomainEvents.Transactions;

/// <summary>Where the events of a transaction are stored with its data, for handlers that get them later and surely. Thread-safe.</summary>
internal interface IEventOutbox
{
    /// <summary>Throws, and says what to do, if an event could not be stored.</summary>
    void ThrowIfUnknown(IDomainEvent domainEvent);

    /// <summary>Throws if the outbox is not in the database of a transaction, as far as its provider tells.</summary>
    void ThrowIfForeign(DbTransaction transaction);

    /// <summary>Throws if the outbox is not in the database of a connection, as far as its provider tells.</summary>
    void ThrowIfForeign(DbConnection connection);

    /// <summary>Stores events in a transaction, as its last statement.</summary>
    /// <param name="entries">The events, in their order.</param>
    /// <param name="transaction">The transaction; <see langword="null"/> for one of its own, which is then committed.</param>
    /// <param name="synchronous">Whether it must be complete on return.</param>
    ValueTask WriteAsync(IReadOnlyList<BufferEntry> entries, DbTransaction? transaction, bool synchronous);

    /// <summary>Adds what stores events to a command of the same transaction, behind what it has.</summary>
    void AddInsert(DbCommand command, IReadOnlyList<BufferEntry> entries);

    /// <summary>Tells that what was stored is committed.</summary>
    void Committed();

    /// <summary>What makes the tables, as SQL.</summary>
    /// <param name="schema">The schema that they are expected in; <see langword="null"/> for the one that connections go by.</param>
    /// <exception cref="InvalidOperationException">They are kept in another one, or the store tells nothing of its tables.</exception>
    string Script(string? schema);
}
