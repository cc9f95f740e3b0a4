using System.Data;
using System.Data.Common;
using DomainEvents.EntityFrameworkCore.Capture;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore.Update;

namespace DomainEvents.EntityFrameworkCore.Outbox;

/// <summary>The INSERT of events as a command of its own, behind those of the save or without any.</summary>
internal sealed class EventBatch(Storing storing, Save save) : ModificationCommandBatch
{
    public override IReadOnlyList<IReadOnlyModificationCommand> ModificationCommands => [];

    public override bool RequiresTransaction => false;

    public override bool AreMoreBatchesExpected => false;

    public override bool TryAddCommand(IReadOnlyModificationCommand modificationCommand) => false;

    public override void Complete(bool moreBatchesExpected)
    {
        // It is complete from the beginning.
    }

    public override void Execute(IRelationalConnection connection)
    {
        try
        {
            using var command = Command(connection);
            command.ExecuteNonQuery();
            storing.Executed();
        }
        catch (DbException exception)
        {
            throw Failed(connection, exception);
        }
    }

    public override async Task ExecuteAsync(IRelationalConnection connection, CancellationToken cancellationToken = default)
    {
        try
        {
            var command = Command(connection);
            await using (command.ConfigureAwait(false))
            {
                await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }

            storing.Executed();
        }
        catch (DbException exception)
        {
            throw Failed(connection, exception);
        }
    }

    private DbCommand Command(IRelationalConnection connection)
    {
        var command = connection.DbConnection.CreateCommand();
        command.Transaction = connection.CurrentTransaction?.GetDbTransaction();
        if (connection.CommandTimeout is { } timeout)
        {
            command.CommandTimeout = timeout;
        }

        storing.AddTo(command);
        save.HasSentCommands = true;
        return command;
    }

    private DbUpdateException Failed(IRelationalConnection connection, DbException exception)
    {
        save.HasFailedCommand = true;
        save.HasLostConnection |= connection.DbConnection.State != ConnectionState.Open;
        return new DbUpdateException("The events of the save could not be stored in the outbox. See the inner exception.", exception);
    }
}
