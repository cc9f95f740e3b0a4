using DomainEvents.Transactions;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Internal;
using Microsoft.EntityFrameworkCore.Migrations.Operations;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore.Update.Internal;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.EntityFrameworkCore.Outbox;

/// <summary>
/// Finds that a model has got the tables of the outbox, or lost them. Their SQL is the store's own, so that there is one
/// description of them: what the outbox needs, not every model can say.
/// </summary>
#pragma warning disable EF1001 // Internal. Nothing else is asked what makes one model of another, and providers have none of their own.
internal sealed class OutboxModelDiffer(
    IRelationalTypeMappingSource typeMappingSource,
    IMigrationsAnnotationProvider migrationsAnnotationProvider,
    IRelationalAnnotationProvider relationalAnnotationProvider,
    IRowIdentityMapFactory rowIdentityMapFactory,
    CommandBatchPreparerDependencies commandBatchPreparerDependencies,
    IDbContextOptions options)
    : MigrationsModelDiffer(
        typeMappingSource, migrationsAnnotationProvider, relationalAnnotationProvider, rowIdentityMapFactory, commandBatchPreparerDependencies)
{
    /// <summary>Whether a service is the one of Entity Framework Core itself.</summary>
    public static bool Replaces(ServiceDescriptor service) => service.ImplementationType == typeof(MigrationsModelDiffer);

    public override bool HasDifferences(IRelationalModel? source, IRelationalModel? target) =>
        !string.Equals(OutboxTables.SchemaOf(source), OutboxTables.SchemaOf(target), StringComparison.Ordinal) || base.HasDifferences(source, target);

    public override IReadOnlyList<MigrationOperation> GetDifferences(IRelationalModel? source, IRelationalModel? target)
    {
        var operations = base.GetDifferences(source, target);
        var (before, after) = (OutboxTables.SchemaOf(source), OutboxTables.SchemaOf(target));
        if (string.Equals(before, after, StringComparison.Ordinal))
        {
            return operations;
        }

        // Tables that move to another schema stay where they were as well: nobody knows whether all of their events are delivered.
        return after is null ? [.. operations, .. OutboxTables.Drop(before!)] : [.. operations, new SqlOperation { Sql = Script(after) }];
    }

    private string Script(string schema)
    {
        var services = options.FindExtension<CoreOptionsExtension>()!.ApplicationServiceProvider!;
        var outbox = services.GetService<IEventOutbox>() ?? throw new InvalidOperationException(
            "AddOutbox on a model needs a store that makes the tables: add one to the container, with UsePostgreSqlOutbox or UseSqliteOutbox.");
        return outbox.Script(schema.Length == 0 ? null : schema);
    }
}
