using System.Data;
using System.Data.Common;

namespace DomainEvents.Tests.Transactions;

/// <summary>A real database transaction with a moment of the test's own in it, as profilers wrap theirs.</summary>
internal sealed class InterceptedTransaction(DbTransaction real) : DbTransaction
{
    /// <summary>What commands of the connection take.</summary>
    public DbTransaction Real => real;

    /// <summary>Runs immediately before the real commit; may throw instead of it.</summary>
    public Action? OnCommit { get; set; }

    /// <summary>Runs immediately after the real commit.</summary>
    public Action? AfterCommit { get; set; }

    public Action? OnRollback { get; set; }

    public int Rollbacks { get; private set; }

    public override IsolationLevel IsolationLevel => real.IsolationLevel;

    protected override DbConnection? DbConnection => real.Connection;

    public override void Commit()
    {
        OnCommit?.Invoke();
        real.Commit();
        AfterCommit?.Invoke();
    }

    public override void Rollback()
    {
        Rollbacks++;
        OnRollback?.Invoke();
        real.Rollback();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            real.Dispose();
        }

        base.Dispose(disposing);
    }
}
