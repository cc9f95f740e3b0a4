using System.Data.Common;
using DomainEvents.EntityFrameworkCore.Tests.Scenario;
using DomainEvents.TestSupport.Databases;
using DomainEvents.Transactions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace DomainEvents.EntityFrameworkCore.Tests.Outbox;

/// <summary>Interceptors that hear of the end of a transaction, and publish behind it.</summary>
public sealed class PublishingInterceptorTests
{
    [Theory, SqliteData, PostgreSqlData]
    public async Task Behind_a_commit(DatabaseKind kind, How how)
    {
        var ends = new Ends();
        await using var desk = await OutboxDesk.OpenAsync(kind, options => options.AddInterceptors(ends));
        ends.PublishTo = desk.Dispatcher;
        await using var transaction = await desk.Context.BeginAsync(how);
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Context.SaveAsync(how);

        await transaction.CommitAsync(how);

        (await desk.StoredAsync()).Should().Equal("A opened", "committed");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Behind_a_rollback(DatabaseKind kind, How how)
    {
        var ends = new Ends();
        await using var desk = await OutboxDesk.OpenAsync(kind, options => options.AddInterceptors(ends));
        ends.PublishTo = desk.Dispatcher;
        await using var transaction = await desk.Context.BeginAsync(how);
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Context.SaveAsync(how);

        await transaction.RollbackAsync(how);

        (await desk.StoredAsync()).Should().Equal("rolled back");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Behind_a_rollback_with_one_open_inside(DatabaseKind kind, How how)
    {
        var ends = new Ends();
        await using var desk = await OutboxDesk.OpenAsync(kind, options => options.AddInterceptors(ends));
        ends.PublishTo = desk.Dispatcher;
        await using var transaction = await desk.Context.BeginAsync(how);
        await using var inner = desk.Dispatcher.Begin();
        inner.Enqueue(new TicketChanged(1, "inside"));

        await transaction.RollbackAsync(how);

        (await desk.StoredAsync()).Should().Equal("rolled back");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Through_the_dispatcher_of_another_scope(DatabaseKind kind, How how)
    {
        foreach (var commits in new[] { true, false })
        {
            var ends = new Ends();
            await using var desk = await OutboxDesk.OpenAsync(kind, options => options.AddInterceptors(ends));
            await using var scope = desk.Root.CreateAsyncScope();
            ends.PublishTo = scope.ServiceProvider.GetRequiredService<IEventDispatcher>();
            await using var transaction = await desk.Context.BeginAsync(how);
            desk.Context.Add(new Ticket(1, "A"));
            await desk.Context.SaveAsync(how);
            ends.PublishTo.Enlist(transaction.GetDbTransaction());

            await (commits ? transaction.CommitAsync(how) : transaction.RollbackAsync(how));

            (await desk.StoredAsync()).Should().Equal(commits ? ["A opened", "committed"] : ["rolled back"]);
        }
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Inside_a_unit_of_work_it_waits_for_that(DatabaseKind kind, How how)
    {
        var ends = new Ends();
        await using var desk = await TicketDesk.OpenAsync(kind, options => options.AddInterceptors(ends));
        ends.PublishTo = desk.Dispatcher;
        await using var unitOfWork = desk.Dispatcher.Begin();
        await using var transaction = await desk.Context.BeginAsync(how);
        await transaction.CommitAsync(how);
        (await desk.PublishedAsync()).Should().BeEmpty();

        await unitOfWork.CommitAsync();

        (await desk.PublishedAsync()).Should().Equal("committed");
    }

    [PostgreSqlTheory, BothWays]
    public async Task Behind_a_commit_that_fails(How how)
    {
        var ends = new Ends();
        await using var desk = await OutboxDesk.OpenAsync(DatabaseKind.PostgreSql, options => options.AddInterceptors(ends));
        ends.PublishTo = desk.Dispatcher;
        await using var transaction = await desk.Context.BeginAsync(how);
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Context.SaveAsync(how);
        await ((PostgreSqlDatabase)desk.Database).KillAsync((NpgsqlConnection)desk.Context.Database.GetDbConnection());

        await transaction.Awaiting(t => t.CommitAsync(how)).Should().ThrowAsync<NpgsqlException>();

        (await desk.StoredAsync()).Should().Equal("failed");
    }

    private sealed class Ends : DbTransactionInterceptor
    {
        public IEventDispatcher? PublishTo { get; set; }

        public override void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) => Publish("committed");

        public override Task TransactionCommittedAsync(
            DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default) => PublishAsync("committed");

        public override void TransactionRolledBack(DbTransaction transaction, TransactionEndEventData eventData) => Publish("rolled back");

        public override Task TransactionRolledBackAsync(
            DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default) => PublishAsync("rolled back");

        public override void TransactionFailed(DbTransaction transaction, TransactionErrorEventData eventData) => Publish("failed");

        public override Task TransactionFailedAsync(
            DbTransaction transaction, TransactionErrorEventData eventData, CancellationToken cancellationToken = default) => PublishAsync("failed");

        private void Publish(string what) => PublishAsync(what).Wait();

        private Task PublishAsync(string what) => PublishTo!.PublishAsync(new TicketChanged(1, what)).AsTask();
    }
}
