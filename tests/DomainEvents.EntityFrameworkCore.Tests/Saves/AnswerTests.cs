using System.Data.Common;
using DomainEvents.EntityFrameworkCore.Tests.Scenario;
using DomainEvents.TestSupport.Databases;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Logging;

namespace DomainEvents.EntityFrameworkCore.Tests.Saves;

/// <summary>A command that was executed has an answer, and what came of it may show only there.</summary>
public sealed class AnswerTests
{
    [PostgreSqlTheory, BothWays]
    public async Task A_save_by_itself_that_failed_at_a_deferred_constraint_was_published(How how)
    {
        await using var desk = await TicketDesk.OpenAsync(DatabaseKind.PostgreSql);
        await desk.Database.ExecuteAsync("CREATE FUNCTION refuse() RETURNS trigger AS 'BEGIN RAISE EXCEPTION ''no''; END' LANGUAGE plpgsql");
        await desk.Database.ExecuteAsync(
            "CREATE CONSTRAINT TRIGGER later AFTER INSERT ON \"Stamp\" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()");
        var stamp = new Stamp();
        stamp.Use("A used");
        desk.Context.Add(stamp);

        await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<DbUpdateException>();

        (await desk.PublishedAsync()).Should().BeEmpty();
        desk.Journal.RolledBack.Should().Equal("A used");
        stamp.DomainEvents.Should().ContainSingle();
        DoubtsTold(desk).Should().Be(0);
    }

    [PostgreSqlTheory, BothWays]
    public async Task A_batch_without_a_transaction_that_failed_at_its_second_command_was_published(How how)
    {
        await using var desk = await TicketDesk.OpenAsync(DatabaseKind.PostgreSql);
        desk.Context.Database.AutoTransactionBehavior = AutoTransactionBehavior.Never;
        desk.Context.AddRange(new Ticket(1, "A"), new Ticket(2, "A"));

        await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<DbUpdateException>();

        (await desk.PublishedAsync()).Should().BeEmpty();
        (await desk.TitlesAsync()).Should().BeEmpty();
        DoubtsTold(desk).Should().Be(0);
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_save_by_itself_that_is_cancelled_before_its_answer_is_read_is_in_doubt(DatabaseKind kind, How how)
    {
        _ = how; // there is no token in a synchronous save
        using var cancellation = new CancellationTokenSource();
        await using var desk = await TicketDesk.OpenAsync(kind, options => options.AddInterceptors(new Executed(cancellation.Cancel)));
        desk.Context.Add(new Ticket(1, "A"));

        await desk.Awaiting(d => d.Context.SaveChangesAsync(cancellation.Token)).Should().ThrowAsync<OperationCanceledException>();

        (await desk.PublishedAsync()).Should().BeEmpty();
        DoubtsTold(desk).Should().Be(1);
    }

    private static int DoubtsTold(TicketDesk desk) =>
        desk.Logs.Entries.Count(entry => entry.Level == LogLevel.Error && entry.Message.Contains("outcome"));

    private sealed class Executed(Action work) : DbCommandInterceptor
    {
        public override ValueTask<DbDataReader> ReaderExecutedAsync(
            DbCommand command, CommandExecutedEventData eventData, DbDataReader result, CancellationToken cancellationToken = default)
        {
            work();
            cancellationToken.ThrowIfCancellationRequested(); // not every provider looks at it between two rows
            return new(result);
        }
    }
}
