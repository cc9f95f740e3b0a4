using System.Data.Common;
using DomainEvents.TestSupport.Databases;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace DomainEvents.EntityFrameworkCore.Tests;

/// <summary>What all other tests of this project take for granted of the databases.</summary>
public sealed class EntityFrameworkOnDatabasesTests
{
    [Theory, SqliteData, PostgreSqlData]
    public async Task A_context_saves_and_another_one_finds_it(DatabaseKind kind, How how)
    {
        await using var database = await TestDatabase.CreateAsync(kind);

        await SaveAsync(database, how, 1, 2);

        await using var context = new OrdersContext(database);
        (await context.Orders.Where(order => order.Id > 1).Select(order => order.Id).ToListAsync()).Should().Equal(2);
        (await database.CountAsync()).Should().Be(2);
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_save_that_fails_saves_nothing(DatabaseKind kind, How how)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        await SaveAsync(database, how, 2);

        await this.Awaiting(_ => SaveAsync(database, how, 1, 2, 3)).Should().ThrowAsync<DbUpdateException>()
            .WithInnerException<DbUpdateException, DbException>();

        (await database.CountAsync()).Should().Be(1);
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_transaction_keeps_what_was_saved_if_and_only_if_it_commits(DatabaseKind kind, How how)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        foreach (var commits in (bool[])[true, false])
        {
            await using var context = new OrdersContext(database);
            await using var transaction = await BeginAsync(context, how);
            context.Add(new Order { Id = commits ? 1 : 2 });
            await SaveChangesAsync(context, how);

            await (commits ? CommitAsync(transaction, how) : RollbackAsync(transaction, how));
        }

        await using var later = new OrdersContext(database);
        (await later.Orders.SingleAsync()).Id.Should().Be(1);
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_savepoint_takes_back_what_came_after_it(DatabaseKind kind, How how)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        await using var context = new OrdersContext(database);
        await using var transaction = await BeginAsync(context, how);
        transaction.SupportsSavepoints.Should().BeTrue();
        context.Add(new Order { Id = 1 });
        await SaveChangesAsync(context, how);
        await transaction.CreateSavepointAsync("one");
        context.Add(new Order { Id = 2 });
        await SaveChangesAsync(context, how);

        await transaction.RollbackToSavepointAsync("one");
        await transaction.ReleaseSavepointAsync("one");
        await CommitAsync(transaction, how);

        (await database.CountAsync()).Should().Be(1);
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_save_that_fails_within_a_transaction_leaves_it_usable(DatabaseKind kind, How how)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        await SaveAsync(database, how, 2);
        await using var context = new OrdersContext(database);
        await using var transaction = await BeginAsync(context, how);
        context.AddRange(new Order { Id = 1 }, new Order { Id = 2 });
        await context.Awaiting(c => SaveChangesAsync(c, how)).Should().ThrowAsync<DbUpdateException>();
        context.ChangeTracker.Clear();

        context.Add(new Order { Id = 3 });
        await SaveChangesAsync(context, how);
        await CommitAsync(transaction, how);

        (await database.CountAsync()).Should().Be(2, "2 was there and 3 came");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task ExecuteDelete_deletes_without_loading(DatabaseKind kind, How how)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        await SaveAsync(database, how, 1, 2, 3);
        await using var context = new OrdersContext(database);
        var some = context.Orders.Where(order => order.Id < 3);

        var deleted = how == How.Asynchronously ? await some.ExecuteDeleteAsync() : some.ExecuteDelete();

        deleted.Should().Be(2);
        context.ChangeTracker.Entries().Should().BeEmpty();
        (await database.CountAsync()).Should().Be(1);
    }

    private static async Task SaveAsync(TestDatabase database, How how, params int[] ids)
    {
        await using var context = new OrdersContext(database);
        context.AddRange(ids.Select(id => new Order { Id = id }));
        await SaveChangesAsync(context, how);
    }

    private static async Task<int> SaveChangesAsync(OrdersContext context, How how) =>
        how == How.Asynchronously ? await context.SaveChangesAsync() : context.SaveChanges();

    private static async Task<IDbContextTransaction> BeginAsync(OrdersContext context, How how) =>
        how == How.Asynchronously ? await context.Database.BeginTransactionAsync() : context.Database.BeginTransaction();

    private static async Task CommitAsync(IDbContextTransaction transaction, How how)
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

    private static async Task RollbackAsync(IDbContextTransaction transaction, How how)
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
}
