using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore.Update;

namespace DomainEvents.EntityFrameworkCore.Outbox;

/// <summary>Commands of a save that stores its events. The last ones take the INSERT along in their round trip.</summary>
internal sealed class SaveBatch(ModificationCommandBatch batch, Storing storing, bool requiresTransaction, bool takesInsert)
    : ModificationCommandBatch
{
    public override IReadOnlyList<IReadOnlyModificationCommand> ModificationCommands => batch.ModificationCommands;

    public override bool RequiresTransaction => requiresTransaction || batch.RequiresTransaction;

    public override bool AreMoreBatchesExpected => batch.AreMoreBatchesExpected;

    public override bool TryAddCommand(IReadOnlyModificationCommand modificationCommand) => batch.TryAddCommand(modificationCommand);

    public override void Complete(bool moreBatchesExpected) => batch.Complete(moreBatchesExpected);

    public override void Execute(IRelationalConnection connection)
    {
        storing.IsDue = takesInsert;
        batch.Execute(connection);
        storing.Executed();
    }

    public override async Task ExecuteAsync(IRelationalConnection connection, CancellationToken cancellationToken = default)
    {
        storing.IsDue = takesInsert;
        await batch.ExecuteAsync(connection, cancellationToken).ConfigureAwait(false);
        storing.Executed();
    }
}
