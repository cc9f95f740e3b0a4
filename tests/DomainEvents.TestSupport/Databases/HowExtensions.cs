using DomainEvents.Transactions;

namespace DomainEvents.TestSupport.Databases;

/// <summary>Completes a transaction the way that the test says.</summary>
public static class HowExtensions
{
    public static async Task CommitAsync(this How how, EventTransaction transaction)
    {
        if (how == How.Asynchronously)
        {
            await transaction.CommitAsync();
        }
        else
        {
            transaction.Commit();
        }
    }

    public static async Task RollbackAsync(this How how, EventTransaction transaction)
    {
        if (how == How.Asynchronously)
        {
            await transaction.RollbackAsync();
        }
        else
        {
            transaction.Rollback();
        }
    }

    public static async Task DisposeAsync(this How how, EventTransaction transaction)
    {
        if (how == How.Asynchronously)
        {
            await transaction.DisposeAsync();
        }
        else
        {
            transaction.Dispose();
        }
    }
}
