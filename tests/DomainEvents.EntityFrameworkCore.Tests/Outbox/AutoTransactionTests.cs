using DomainEvents.EntityFrameworkCore.Tests.Scenario;
using DomainEvents.TestSupport.Databases;
using Microsoft.EntityFrameworkCore;

namespace DomainEvents.EntityFrameworkCore.Tests.Outbox;

/// <summary>A save that stores events needs a transaction more often; the setting of the context is its user's.</summary>
public sealed class AutoTransactionTests
{
    [Theory, SqliteData, PostgreSqlData]
    public async Task Never_leaves_an_update_without_a_transaction_which_is_refused_with_what_to_do(DatabaseKind kind, How how)
    {
        await using var desk = await OpenAsync(kind, how);

        (await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<InvalidOperationException>())
            .Which.Message.Should().Contain("AutoTransactionBehavior").And.Contain("BeginTransaction");

        (await desk.StoredAsync()).Should().Equal("A opened");
        (await desk.TitlesAsync()).Should().Equal("A");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Never_is_no_matter_within_a_transaction(DatabaseKind kind, How how)
    {
        await using var desk = await OpenAsync(kind, how);
        await using var transaction = await desk.Context.BeginAsync(how);

        await desk.Context.SaveAsync(how);
        await transaction.CommitAsync(how);

        (await desk.StoredAsync()).Should().Equal("A opened", "B renamed");
    }

    [Theory, PostgreSqlData]
    public async Task Nor_is_it_for_new_rows_in_PostgreSQL(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        desk.Context.Database.AutoTransactionBehavior = AutoTransactionBehavior.Never;
        var stamp = new Stamp();
        stamp.Use("used");
        desk.Context.AddRange(new Ticket(1, "A"), stamp);

        await desk.Context.SaveAsync(how);

        (await desk.StoredAsync()).Should().BeEquivalentTo("A opened", "used");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Always_is_no_matter(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        desk.Context.Database.AutoTransactionBehavior = AutoTransactionBehavior.Always;
        var ticket = new Ticket(1, "A");
        desk.Context.Add(ticket);
        await desk.Context.SaveAsync(how);
        ticket.Close();
        await desk.Context.SaveAsync(how);

        (await desk.StoredAsync()).Should().Equal("A opened", "A closed");
        desk.Dispatcher.Current.Should().BeNull();
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task The_setting_is_what_it_was_after_success_failure_and_cancellation(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        var ticket = new Ticket(1, "A");
        desk.Context.Add(ticket);
        await desk.Context.SaveAsync(how);
        ticket.Rename("B");
        await desk.Context.SaveAsync(how);
        Setting().Should().Be(AutoTransactionBehavior.WhenNeeded);
        ticket.Rename("C");
        await desk.Awaiting(d => d.Context.SaveChangesAsync(new CancellationToken(canceled: true))).Should().ThrowAsync<OperationCanceledException>();
        Setting().Should().Be(AutoTransactionBehavior.WhenNeeded);
        await desk.Database.ExecuteAsync("DROP TABLE domain_event_outbox");
        await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<DbUpdateException>();
        Setting().Should().Be(AutoTransactionBehavior.WhenNeeded);

        AutoTransactionBehavior Setting() => desk.Context.Database.AutoTransactionBehavior;
    }

    /// <summary>With a ticket that is renamed.</summary>
    private static async Task<TicketDesk> OpenAsync(DatabaseKind kind, How how)
    {
        var desk = await OutboxDesk.OpenAsync(kind);
        var ticket = new Ticket(1, "A");
        desk.Context.Add(ticket);
        await desk.Context.SaveAsync(how);
        desk.Context.Database.AutoTransactionBehavior = AutoTransactionBehavior.Never;
        ticket.Rename("B");
        return desk;
    }
}
