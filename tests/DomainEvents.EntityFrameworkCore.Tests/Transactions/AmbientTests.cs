using System.Transactions;
using DomainEvents.EntityFrameworkCore.Tests.Scenario;
using DomainEvents.TestSupport.Databases;

namespace DomainEvents.EntityFrameworkCore.Tests.Transactions;

/// <summary>Saves within a <see cref="TransactionScope"/>.</summary>
public sealed class AmbientTests
{
    [Theory, PostgreSqlData]
    public async Task Saves_in_a_scope_publish_when_it_has_committed(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        using (var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            desk.Context.Add(new Ticket(1, "A"));
            await desk.Context.SaveAsync(how);
            desk.Context.Add(new Ticket(2, "B"));
            await desk.Context.SaveAsync(how);
            desk.Journal.Published.Should().BeEmpty();
            scope.Complete();
        }

        (await desk.PublishedAsync()).Should().Equal("A opened", "B opened");
        (await desk.TitlesAsync()).Should().Equal("A", "B");
    }

    [Theory, PostgreSqlData]
    public async Task A_scope_that_is_not_completed_publishes_nothing(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            desk.Context.Add(new Ticket(1, "A"));
            await desk.Context.SaveAsync(how);
        }

        (await desk.PublishedAsync()).Should().BeEmpty();
        (await desk.TitlesAsync()).Should().BeEmpty();
    }

    [Theory, PostgreSqlData]
    public async Task A_transaction_that_the_context_was_enlisted_in_decides_as_well(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        using var transaction = new CommittableTransaction();
        await Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.OpenConnectionAsync(desk.Context.Database);
        desk.Context.Database.EnlistTransaction(transaction);
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Context.SaveAsync(how);
        (await desk.PublishedAsync()).Should().BeEmpty();

        transaction.Commit();

        (await desk.PublishedAsync()).Should().Equal("A opened");
    }

    [Theory, SqliteData]
    public async Task Sqlite_takes_no_part_and_says_so(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
        desk.Context.Add(new Ticket(1, "A"));

        await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<InvalidOperationException>().WithMessage("*ambient transaction*");
        desk.Journal.Published.Should().BeEmpty();
    }
}
