using DomainEvents.EntityFrameworkCore.Tests.Scenario;
using DomainEvents.TestSupport.Databases;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.EntityFrameworkCore.Tests.Outbox;

/// <summary>Positions are drawn with the locks of the rows held: those of one aggregate are in the order of its commits.</summary>
public sealed class StoredOrderTests
{
    [PostgreSqlFact]
    public async Task Of_two_who_update_a_row_the_one_who_waits_for_the_other_stores_behind_it()
    {
        await using var desk = await OutboxDesk.OpenAsync(DatabaseKind.PostgreSql);
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Context.SaveChangesAsync();
        await using var scope = desk.Root.CreateAsyncScope();
        var second = scope.ServiceProvider.GetRequiredService<TicketsContext>();
        var ofSecond = await second.Tickets.SingleAsync();
        await using var transaction = await desk.Context.Database.BeginTransactionAsync();
        (await desk.Context.Tickets.SingleAsync()).Raise(new TicketChanged(1, "first"));
        (await desk.Context.Tickets.ExecuteUpdateAsync(update => update.SetProperty(ticket => ticket.Title, "B"))).Should().Be(1); // holds the row
        ofSecond.Raise(new TicketChanged(1, "second"));
        second.Entry(ofSecond).Property(ticket => ticket.Title).CurrentValue = "C";
        var waiting = second.SaveChangesAsync();
        await UntilItWaitsAsync(desk);

        await desk.Context.SaveChangesAsync();
        await transaction.CommitAsync();
        await waiting;

        (await desk.StoredAsync()).Should().Equal("A opened", "first", "second");
    }

    private static async Task UntilItWaitsAsync(TicketDesk desk)
    {
        while (await desk.Database.ExecuteAsync(
            "SELECT COUNT(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT granted AND a.query LIKE '%Tickets%' AND a.pid <> pg_backend_pid()") is 0L)
        {
            await Task.Yield();
        }
    }
}
