using DomainEvents.EntityFrameworkCore.Tests.Scenario;
using DomainEvents.TestSupport.Databases;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace DomainEvents.EntityFrameworkCore.Tests.Transactions;

public sealed class SavepointTests
{
    [Theory, SqliteData, PostgreSqlData]
    public async Task Rolled_back_to_a_savepoint_later_events_are_gone_and_earlier_and_further_ones_stay(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        await using var transaction = await desk.Context.BeginAsync(how);
        await SaveAsync(desk, 1, how);
        await transaction.CreateSavepointAsync("a", how);
        await SaveAsync(desk, 2, how);
        await transaction.RollbackToSavepointAsync("a", how);
        desk.Context.ChangeTracker.Clear();
        await SaveAsync(desk, 3, how);

        await transaction.CommitAsync(how);

        (await desk.PublishedAsync()).Should().Equal("1 opened", "3 opened");
        (await desk.TitlesAsync()).Should().Equal("1", "3");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task The_name_decides_how_far_back_it_goes(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        await using var transaction = await desk.Context.BeginAsync(how);
        await transaction.CreateSavepointAsync("a", how);
        await SaveAsync(desk, 1, how);
        await transaction.CreateSavepointAsync("b", how);
        await SaveAsync(desk, 2, how);
        await transaction.CreateSavepointAsync("c", how);
        await SaveAsync(desk, 3, how);
        await transaction.ReleaseSavepointAsync("c", how);
        await transaction.RollbackToSavepointAsync("b", how);
        desk.Context.ChangeTracker.Clear();
        await SaveAsync(desk, 4, how);

        await transaction.CommitAsync(how);

        (await desk.PublishedAsync()).Should().Equal("1 opened", "4 opened");
        (await desk.TitlesAsync()).Should().Equal("1", "4");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task What_a_handler_wrote_behind_the_savepoint_for_an_event_before_it_was_rolled_back_and_missing(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        desk.Journal.BeforeCommit = (domainEvent, context, _) =>
        {
            if (domainEvent.Ticket == 0)
            {
                context.Add(new Ticket(9, "of the handler"));
            }

            return default;
        };
        await using var transaction = await desk.Context.BeginAsync(how);
        await desk.Dispatcher.PublishAsync(new TicketChanged(0, "bulk"));
        await transaction.CreateSavepointAsync("a", how);
        await SaveAsync(desk, 1, how);
        await transaction.RollbackToSavepointAsync("a", how);
        desk.Context.ChangeTracker.Clear();

        await transaction.CommitAsync(how);

        (await desk.PublishedAsync()).Should().Equal("bulk", "of the handler opened");
        (await desk.TitlesAsync()).Should().Equal("of the handler");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Savepoints_of_the_event_transaction_do_the_same(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        await using var transaction = await desk.Context.BeginAsync(how);
        await SaveAsync(desk, 1, how);
        desk.Dispatcher.Current!.CreateSavepoint("a");
        await SaveAsync(desk, 2, how);
        desk.Dispatcher.Current.RollbackToSavepoint("a");
        desk.Context.ChangeTracker.Clear();

        await transaction.CommitAsync(how);

        (await desk.PublishedAsync()).Should().Equal("1 opened");
        (await desk.TitlesAsync()).Should().Equal("1");
    }

    private static async Task SaveAsync(TicketDesk desk, int id, How how)
    {
        desk.Context.Add(new Ticket(id, $"{id}"));
        await desk.Context.SaveAsync(how);
    }
}
