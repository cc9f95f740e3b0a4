using System.Data.Common;
using DomainEvents.EntityFrameworkCore.Capture;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;

namespace DomainEvents.EntityFrameworkCore.Transactions;

/// <summary>
/// Tells what interceptors do not: the names of savepoints, a disposal without a commit, and the moment when a commit is
/// over and its connection free again, which is when after-commit work may run.
/// </summary>
internal sealed class TellingTransaction(
    IRelationalConnection connection,
    DbTransaction transaction,
    Guid transactionId,
    IDiagnosticsLogger<DbLoggerCategory.Database.Transaction> logger,
    bool transactionOwned,
    ISqlGenerationHelper sqlGenerationHelper)
    : RelationalTransaction(connection, transaction, transactionId, logger, transactionOwned, sqlGenerationHelper)
{
    private readonly ContextEvents _events = EventsOf(connection.Context, transactionId);

    public override void Commit()
    {
        try
        {
            base.Commit();
        }
        finally
        {
            Finish(_events.FinishAsync(TransactionId, synchronous: true));
        }
    }

    public override async Task CommitAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await base.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await _events.FinishAsync(TransactionId, synchronous: false).ConfigureAwait(false);
        }
    }

    public override void Rollback()
    {
        try
        {
            base.Rollback();
        }
        finally
        {
            Finish(_events.FinishAsync(TransactionId, synchronous: true));
        }
    }

    public override async Task RollbackAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await base.RollbackAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await _events.FinishAsync(TransactionId, synchronous: false).ConfigureAwait(false);
        }
    }

    public override void CreateSavepoint(string name)
    {
        base.CreateSavepoint(name);
        _events.Transaction?.SavepointCreated(name);
    }

    public override async Task CreateSavepointAsync(string name, CancellationToken cancellationToken = default)
    {
        await base.CreateSavepointAsync(name, cancellationToken).ConfigureAwait(false);
        _events.Transaction?.SavepointCreated(name);
    }

    public override void RollbackToSavepoint(string name)
    {
        base.RollbackToSavepoint(name);
        _events.Transaction?.RolledBackToSavepoint(name);
    }

    public override async Task RollbackToSavepointAsync(string name, CancellationToken cancellationToken = default)
    {
        await base.RollbackToSavepointAsync(name, cancellationToken).ConfigureAwait(false);
        _events.Transaction?.RolledBackToSavepoint(name);
    }

    public override void ReleaseSavepoint(string name)
    {
        base.ReleaseSavepoint(name);
        _events.Transaction?.SavepointReleased(name);
    }

    public override async Task ReleaseSavepointAsync(string name, CancellationToken cancellationToken = default)
    {
        await base.ReleaseSavepointAsync(name, cancellationToken).ConfigureAwait(false);
        _events.Transaction?.SavepointReleased(name);
    }

    public override void Dispose()
    {
        try
        {
            base.Dispose();
        }
        finally
        {
            Finish(_events.DisposedAsync(TransactionId, synchronous: true));
        }
    }

    public override async ValueTask DisposeAsync()
    {
        try
        {
            await base.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            await _events.DisposedAsync(TransactionId, synchronous: false).ConfigureAwait(false);
        }
    }

    private static ContextEvents EventsOf(DbContext context, Guid id)
    {
        var events = ContextEvents.Of(context);
        events.TellsDisposalOf(id);
        return events;
    }

    // Complete already: what is synchronous does not await.
    private static void Finish(ValueTask completed) => completed.AsTask().GetAwaiter().GetResult();
}
