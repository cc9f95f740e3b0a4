using DomainEvents.TestSupport.Databases;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace DomainEvents.EntityFrameworkCore.Tests.Scenario;

/// <summary>The two ways to do each thing.</summary>
internal static class ContextExtensions
{
    public static async Task<int> SaveAsync(this DbContext context, How how, bool acceptAllChanges = true) =>
        how == How.Synchronously ? context.SaveChanges(acceptAllChanges) : await context.SaveChangesAsync(acceptAllChanges);

    public static async Task<IDbContextTransaction> BeginAsync(this DbContext context, How how) =>
        how == How.Synchronously ? context.Database.BeginTransaction() : await context.Database.BeginTransactionAsync();

    public static Task CommitAsync(this IDbContextTransaction transaction, How how) =>
        Do(how, transaction.Commit, () => transaction.CommitAsync());

    public static Task RollbackAsync(this IDbContextTransaction transaction, How how) =>
        Do(how, transaction.Rollback, () => transaction.RollbackAsync());

    public static Task CreateSavepointAsync(this IDbContextTransaction transaction, string name, How how) =>
        Do(how, () => transaction.CreateSavepoint(name), () => transaction.CreateSavepointAsync(name));

    public static Task RollbackToSavepointAsync(this IDbContextTransaction transaction, string name, How how) =>
        Do(how, () => transaction.RollbackToSavepoint(name), () => transaction.RollbackToSavepointAsync(name));

    public static Task ReleaseSavepointAsync(this IDbContextTransaction transaction, string name, How how) =>
        Do(how, () => transaction.ReleaseSavepoint(name), () => transaction.ReleaseSavepointAsync(name));

    public static Task DisposeAsync(this IDbContextTransaction transaction, How how) =>
        Do(how, transaction.Dispose, () => transaction.DisposeAsync().AsTask());

    private static Task Do(How how, Action synchronously, Func<Task> asynchronously)
    {
        if (how == How.Asynchronously)
        {
            return asynchronously();
        }

        synchronously();
        return Task.CompletedTask;
    }
}
