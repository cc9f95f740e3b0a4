namespace DomainEvents.Transactions;

/// <summary>What a dispatcher does with an event when no transaction is open.</summary>
public enum NoTransactionPolicy
{
    /// <summary>It publishes at once: there is nothing to wait for. The default.</summary>
    PublishImmediately,

    /// <summary>It throws, as in an application in which every event must belong to a transaction.</summary>
    Throw,
}
