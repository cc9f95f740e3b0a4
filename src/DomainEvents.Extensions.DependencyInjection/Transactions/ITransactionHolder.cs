namespace DomainEvents.Transactions;

/// <summary>One who works with a database transaction and may be the one who completes it: a context.</summary>
internal interface ITransactionHolder
{
    /// <summary>Whether it still has the database transaction of this.</summary>
    bool Has(EventTransaction transaction);
}
