using DomainEvents.Transactions;

namespace DomainEvents.Tests.Databases;

/// <summary>By which of the two ways a test completes transactions.</summary>
public enum How
{
    Synchronously,
    Asynchronously,
}

internal static class HowExtensions
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
