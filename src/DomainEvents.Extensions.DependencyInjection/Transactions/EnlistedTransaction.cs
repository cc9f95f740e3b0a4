using System.Data;
using System.Data.Common;
using System.Runtime.CompilerServices;

namespace DomainEvents.Transactions;

/// <summary>The database transaction behind an <see cref="EventTransaction"/>.</summary>
internal sealed class EnlistedTransaction(DbTransaction transaction)
{
    // Across scopes: two that enlist one database transaction share one buffer.
    private static readonly ConditionalWeakTable<DbTransaction, EventTransaction> Enlisted = [];

    private readonly DbConnection? _connection = ConnectionOf(transaction);
    private readonly List<ITransactionHolder> _holders = [];

    /// <summary>
    /// Whether it was completed, or is already the transaction of another connection: providers use the objects again.
    /// The next one of the same connection cannot be told from this.
    /// </summary>
    public bool IsCompleted => ConnectionOf(transaction) is not { } connection || connection != _connection;

    public DbTransaction Transaction => transaction;

    public bool IsConnected => _connection is { State: ConnectionState.Open };

    /// <summary>Whether a context has begun it.</summary>
    public bool IsOwned { get; init; }

    /// <summary>Whether its disposal is told, so that its end unheard of was another one.</summary>
    public bool TellsDisposal { get; set; }

    /// <summary>Whether somebody has enlisted it who completes it through the transaction of events.</summary>
    public bool IsEnlisted { get; set; }

    public bool IsOf(DbConnection? connection) => connection is not null && connection == _connection;

    /// <summary>Somebody works with it and may complete it.</summary>
    public void Hold(ITransactionHolder holder)
    {
        lock (_holders)
        {
            if (!_holders.Contains(holder))
            {
                _holders.Add(holder);
            }
        }
    }

    public void LetGo(ITransactionHolder holder)
    {
        lock (_holders)
        {
            _holders.Remove(holder);
        }
    }

    /// <summary>Whether somebody is left who may complete it, as far as the transaction of events knows.</summary>
    public bool IsHeld(EventTransaction transaction)
    {
        lock (_holders)
        {
            return IsEnlisted || _holders.Exists(holder => holder.Has(transaction)); // nobody tells when a context is to use none any more
        }
    }

    /// <summary>Finds the open transaction of events of a database transaction, or opens it.</summary>
    /// <param name="transaction">The database transaction.</param>
    /// <param name="open">Opens one that is not known.</param>
    /// <param name="hasJustBegun">Whether what is known of this object must be of an earlier transaction: providers use them again.</param>
    public static EventTransaction Join(
        DbTransaction transaction, Func<EnlistedTransaction, EventTransaction> open, bool hasJustBegun = false)
    {
        lock (Enlisted)
        {
            var enlisted = new EnlistedTransaction(transaction) { IsOwned = hasJustBegun };
            if (enlisted.IsCompleted)
            {
                throw new InvalidOperationException(
                    "The database transaction is completed, or its connection is closed. Enlist it right after it has begun.");
            }

            var isKnown = Enlisted.TryGetValue(transaction, out var known);
            if (isKnown && hasJustBegun)
            {
                known!.CompleteUnheardOf();
            }

            if (!isKnown || known!.HasLostItsTransaction || hasJustBegun)
            {
                known = open(enlisted);
                Enlisted.AddOrUpdate(transaction, known);
            }

            return known;
        }
    }

    /// <summary>The next enlistment starts anew; providers use their transaction objects again.</summary>
    public void Leave(EventTransaction owner)
    {
        lock (Enlisted)
        {
            if (Enlisted.TryGetValue(transaction, out var known) && known == owner)
            {
                Enlisted.Remove(transaction);
            }
        }
    }

    public void CreateSavepoint(string name) => transaction.Save(name);

    public void RollbackToSavepoint(string name) => transaction.Rollback(name);

    public void ReleaseSavepoint(string name) => transaction.Release(name);

    /// <summary>
    /// Throws if a statement has failed, or the connection is lost: nothing is committed then. PostgreSQL answers the COMMIT of such a transaction with a silent rollback, but
    /// refuses any other statement with SQLSTATE class 25, invalid transaction state (SQL:2016, part 2, table 38).
    /// </summary>
    public async Task ThrowIfFailedAsync(bool synchronous)
    {
        try
        {
            var statement = _connection!.CreateCommand();
            await using (statement.ConfigureAwait(false))
            {
                statement.Transaction = transaction;
                statement.CommandText = "SELECT 1";
                _ = synchronous ? statement.ExecuteScalar() : await statement.ExecuteScalarAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }
#pragma warning disable CA1031 // not every database knows the statement, and what else is wrong the COMMIT will say
        catch (Exception exception) when (IsConnected && exception is not DbException { SqlState: ['2', '5', ..] })
#pragma warning restore CA1031
        {
            // See above.
        }
    }

    /// <summary>Not to be cancelled: a COMMIT that is given up half-way has an unknown outcome.</summary>
    public Task CommitAsync(bool synchronous)
    {
        if (!synchronous)
        {
            return transaction.CommitAsync(CancellationToken.None);
        }

        transaction.Commit();
        return Task.CompletedTask;
    }

    /// <summary>Not to be cancelled either: given up half-way, it would leave the transaction open.</summary>
    public Task RollbackAsync(bool synchronous)
    {
        if (!synchronous)
        {
            return transaction.RollbackAsync(CancellationToken.None);
        }

        transaction.Rollback();
        return Task.CompletedTask;
    }

    /// <summary>
    /// Whether a failed commit may have taken effect. An error that the database itself sent over a connection that is
    /// still open says that it did not; SQLSTATE class 08 and 40003 (SQL:2016, part 2, table 38) say that nobody knows.
    /// </summary>
    public bool IsOutcomeUnknown(Exception commitFailure) => IsOutcomeUnknown(commitFailure, _connection);

    /// <inheritdoc cref="IsOutcomeUnknown(Exception)"/>
    public static bool IsOutcomeUnknown(Exception commitFailure, DbConnection? connection) =>
        commitFailure is not DbException databaseError || connection is not { State: ConnectionState.Open } || SaysUnknown(databaseError);

    /// <summary>Of a statement that commits by itself, on a connection that is not at hand: a lost one has no state, or says so.</summary>
    public static bool IsOutcomeUnknown(DbException failure) => failure.SqlState is null ? failure.IsTransient : SaysUnknown(failure);

    /// <summary>Not 08001 and 08004: where no connection was made nothing was sent.</summary>
    private static bool SaysUnknown(DbException error) =>
        error.SqlState is "40003" or (['0', '8', ..] and not ("08001" or "08004"));

    /// <summary>
    /// ADO.NET: the connection of a transaction that is no longer valid is null. Of some providers it, or only the
    /// isolation level, throws instead.
    /// </summary>
    private static DbConnection? ConnectionOf(DbTransaction transaction)
    {
        try
        {
            _ = transaction.IsolationLevel;
            return transaction.Connection;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
