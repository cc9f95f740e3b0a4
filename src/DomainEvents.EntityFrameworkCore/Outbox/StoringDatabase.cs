using DomainEvents.EntityFrameworkCore.Capture;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore.Update;

namespace DomainEvents.EntityFrameworkCore.Outbox;

/// <summary>Saves with the events of the save, which its own commands store.</summary>
internal sealed class StoringDatabase(
    DatabaseDependencies dependencies, RelationalDatabaseDependencies relationalDependencies, ContextEvents events)
    : RelationalDatabase(dependencies, relationalDependencies)
{
    private IUpdateAdapter? _updateAdapter;

    public override int SaveChanges(IList<IUpdateEntry> entries)
    {
        if (events.Storing(RelationalDependencies.Connection) is not { } storing)
        {
            return base.SaveChanges(entries);
        }

        var saved = RelationalDependencies.BatchExecutor.Execute(storing.Around(Batches(entries)), RelationalDependencies.Connection);
        RelationalDependencies.BatchPreparer.ResetState();
        return saved;
    }

    public override async Task<int> SaveChangesAsync(IList<IUpdateEntry> entries, CancellationToken cancellationToken = default)
    {
        if (events.Storing(RelationalDependencies.Connection) is not { } storing)
        {
            return await base.SaveChangesAsync(entries, cancellationToken).ConfigureAwait(false);
        }

        var saved = await RelationalDependencies.BatchExecutor.ExecuteAsync(
            storing.Around(Batches(entries)), RelationalDependencies.Connection, cancellationToken).ConfigureAwait(false);
        RelationalDependencies.BatchPreparer.ResetState();
        return saved;
    }

    private IEnumerable<ModificationCommandBatch> Batches(IList<IUpdateEntry> entries) =>
        RelationalDependencies.BatchPreparer.BatchCommands(entries, _updateAdapter ??= Dependencies.UpdateAdapterFactory.Create());
}
