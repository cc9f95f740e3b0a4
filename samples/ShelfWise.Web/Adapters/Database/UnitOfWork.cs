using Microsoft.EntityFrameworkCore;
using Npgsql;
using ShelfWise.Domain;
using ShelfWise.Services.Ports;

namespace ShelfWise.Adapters.Database;

internal sealed class UnitOfWork(ShopContext context) : IUnitOfWork
{
    public async Task SaveAsync(CancellationToken cancellationToken)
    {
        try
        {
            await context.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException problem) when (problem.InnerException is PostgresException { ConstraintName: OrderMapping.UniqueNumber })
        {
            var number = context.ChangeTracker.Entries<Order>().Select(entry => entry.Entity.Number).Single();
            throw new OrderRefusedException(RefusalReason.Duplicate, $"{number} has been placed before");
        }
    }
}
