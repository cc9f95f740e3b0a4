namespace DomainEvents.Transactions;

/// <summary>How transactions behave. Read when a dispatcher is created.</summary>
public sealed class EventTransactionOptions
{
    private NoTransactionPolicy _noTransaction;
    private int _maxBeforeCommitRounds = 16;

    /// <summary>What happens to an event when no transaction is open. The default is to publish at once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not defined.</exception>
    public NoTransactionPolicy NoTransaction
    {
        get => _noTransaction;
        set => _noTransaction = Enum.IsDefined(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "NoTransaction must be one of the defined policies.");
    }

    /// <summary>
    /// How often before-commit handlers may raise further events that are handled before the commit, too; 1 or more.
    /// The default is 16.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int MaxBeforeCommitRounds
    {
        get => _maxBeforeCommitRounds;
        set => _maxBeforeCommitRounds = value >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "MaxBeforeCommitRounds must be 1 or more.");
    }
}
