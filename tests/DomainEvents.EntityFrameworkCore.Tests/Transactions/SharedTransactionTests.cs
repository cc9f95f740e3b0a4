using DomainEvents.EntityFrameworkCore.Tests.Scenario;
using DomainEvents.TestSupport.Databases;
using DomainEvents.Transactions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DomainEvents.EntityFrameworkCore.Tests.Transactions;

/// <summary>Transactions that more than one context, or nobody of Entity Framework Core, has begun.</summary>
public sealed class SharedTransactionTests
{
    [Theory, SqliteData, PostgreSqlData]
    public async Task Two_contexts_on_one_transaction_publish_after_its_commit(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        await using var scope = desk.Root.CreateAsyncScope();
        var second = scope.ServiceProvider.GetRequiredService<TicketsContext>();
        await using var transaction = await desk.Context.BeginAsync(how);
        second.Database.SetDbConnection(desk.Context.Database.GetDbConnection(), contextOwnsConnection: false);
        await second.Database.UseTransactionAsync(transaction.GetDbTransaction());
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Context.SaveAsync(how);
        second.Add(new Ticket(2, "B"));
        await second.SaveAsync(how);
        (await desk.PublishedAsync()).Should().BeEmpty();

        await transaction.CommitAsync(how);

        (await desk.PublishedAsync()).Should().Equal("A opened", "B opened");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_transaction_of_ado_net_works_through_enlist(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        await desk.Context.Database.OpenConnectionAsync();
        await using var native = await desk.Context.Database.GetDbConnection().BeginTransactionAsync();
        await using var transaction = desk.Dispatcher.Enlist(native);
        await desk.Context.Database.UseTransactionAsync(native);
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Context.SaveAsync(how);
        (await desk.PublishedAsync()).Should().BeEmpty();

        await (how == How.Synchronously ? Task.Run(transaction.Commit) : transaction.CommitAsync().AsTask());

        (await desk.PublishedAsync()).Should().Equal("A opened");
        (await desk.TitlesAsync()).Should().Equal("A");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_native_commit_behind_our_back_is_told_and_nothing_of_it_leaks_into_the_next(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        await desk.Context.Database.OpenConnectionAsync();
        var native = await desk.Context.Database.GetDbConnection().BeginTransactionAsync();
        await desk.Context.Database.UseTransactionAsync(native);
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Context.SaveAsync(how);
        await native.CommitAsync();
        await desk.Context.Database.UseTransactionAsync(null);
        desk.Context.ChangeTracker.Clear();

        await using var next = await desk.Context.BeginAsync(how);
        desk.Context.Add(new Ticket(2, "B"));
        await desk.Context.SaveAsync(how);
        await next.CommitAsync(how);

        (await desk.PublishedAsync()).Should().Equal("B opened");
        desk.Logs.Entries.Should().Contain(entry => entry.Level == LogLevel.Error && entry.Message.Contains("directly"));
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Committed_by_the_context_a_used_transaction_publishes(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        await desk.Context.Database.OpenConnectionAsync();
        await using var native = await desk.Context.Database.GetDbConnection().BeginTransactionAsync();
        var used = await desk.Context.Database.UseTransactionAsync(native);
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Context.SaveAsync(how);

        await used!.CommitAsync(how);

        (await desk.PublishedAsync()).Should().Equal("A opened");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_manual_transaction_inside_ends_before_the_commit_and_counts_with_it(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        await using var transaction = await desk.Context.BeginAsync(how);
        await using (var inner = desk.Dispatcher.Begin())
        {
            await desk.Dispatcher.PublishAsync(new TicketChanged(0, "kept"));
            await inner.CommitAsync();
        }

        await using (desk.Dispatcher.Begin())
        {
            await desk.Dispatcher.PublishAsync(new TicketChanged(0, "dropped"));
        }

        await transaction.CommitAsync(how);

        (await desk.PublishedAsync()).Should().Equal("kept");
    }
}
