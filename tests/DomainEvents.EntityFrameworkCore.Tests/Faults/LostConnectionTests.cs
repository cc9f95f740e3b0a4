using DomainEvents.EntityFrameworkCore.Tests.Scenario;
using DomainEvents.TestSupport.Databases;
using DomainEvents.TestSupport.Network;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Logging;

namespace DomainEvents.EntityFrameworkCore.Tests.Faults;

/// <summary>The connection is cut at a chosen message. Never published: what may not have been committed.</summary>
public sealed class LostConnectionTests
{
    // With the end of the string: BEGIN says READ COMMITTED.
    private static ReadOnlySpan<byte> Commit => "COMMIT\0"u8;

    [PostgreSqlTheory, BothWays]
    public async Task A_commit_that_never_reached_the_server_publishes_nothing_and_its_retry_once(How how)
    {
        await using var desk = await ProxiedDesk.OpenAsync(retries: true);
        var attempts = 0;

        await desk.Context.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            using var fault = ++attempts == 1 ? desk.Proxy.DropBefore(Commit) : null;
            desk.Context.ChangeTracker.Clear();
            await using var transaction = await desk.Context.BeginAsync(how);
            desk.Context.Add(new Ticket(1, "A"));
            await desk.Context.SaveAsync(how);
            await transaction.CommitAsync(how);
        });

        attempts.Should().Be(2);
        (await desk.PublishedAsync()).Should().Equal("A opened");
        (await desk.TitlesAsync()).Should().Equal("A");
        desk.DoubtsTold.Should().Be(1, "nobody could know it at the time");
    }

    [PostgreSqlTheory, BothWays]
    public async Task A_commit_that_took_effect_unheard_is_told_and_published_at_most_once(How how)
    {
        await using var desk = await ProxiedDesk.OpenAsync(retries: true);
        var attempts = 0;

        await desk.Context.Database.CreateExecutionStrategy().ExecuteAsync(
            0,
            async (_, _, _) =>
            {
                attempts++;
                using var fault = desk.Proxy.DropAfter(Commit, answer: Commit);
                await using var transaction = await desk.Context.BeginAsync(how);
                desk.Context.Add(new Ticket(1, "A"));
                await desk.Context.SaveAsync(how, acceptAllChanges: false);
                await transaction.CommitAsync(how);
                return 0;
            },
            async (_, _, _) => new ExecutionResult<int>((await desk.TitlesAsync()).Count == 1, 0));

        attempts.Should().Be(1);
        (await desk.PublishedAsync()).Should().BeEmpty();
        desk.DoubtsTold.Should().Be(1);
        (await desk.TitlesAsync()).Should().Equal("A");
    }

    [PostgreSqlTheory, BothWays]
    public async Task A_save_by_itself_whose_answer_is_lost_is_in_doubt_and_not_published(How how)
    {
        await using var desk = await ProxiedDesk.OpenAsync();
        desk.Context.Add(new Ticket(1, "A"));
        using (desk.Proxy.DropAfter("INSERT"u8))
        {
            await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<Exception>();
        }

        (await desk.PublishedAsync()).Should().BeEmpty();
        desk.DoubtsTold.Should().Be(1);
    }

    [PostgreSqlTheory, BothWays]
    public async Task A_save_by_itself_whose_answer_is_torn_off_is_in_doubt_and_not_published(How how)
    {
        await using var desk = await ProxiedDesk.OpenAsync();
        await desk.Context.Database.OpenConnectionAsync();
        desk.Context.Add(new Ticket(1, "A"));
        using (desk.Proxy.TruncateNextAnswer(7))
        {
            await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<Exception>();
        }

        (await desk.PublishedAsync()).Should().BeEmpty();
        desk.DoubtsTold.Should().Be(1);
    }

    [PostgreSqlTheory, BothWays]
    public async Task Nothing_is_published_while_the_answer_to_the_commit_is_on_its_way(How how)
    {
        await using var desk = await ProxiedDesk.OpenAsync();
        desk.Context.Add(new Ticket(1, "A"));
        await using var transaction = await desk.Context.BeginAsync(how);
        await desk.Context.SaveAsync(how);
        using var held = desk.Proxy.Hold(ProxyDirection.ToClient);
        var commit = Task.Run(() => transaction.CommitAsync(how));
        await held.Arrived;

        desk.Journal.Published.Should().BeEmpty();
        held.Release();
        await commit;

        (await desk.PublishedAsync()).Should().Equal("A opened");
    }

    [PostgreSqlFact]
    public async Task A_commit_that_is_cancelled_while_its_answer_is_on_its_way_still_ends_as_the_database_says()
    {
        await using var desk = await ProxiedDesk.OpenAsync();
        desk.Context.Add(new Ticket(1, "A"));
        await using var transaction = await desk.Context.Database.BeginTransactionAsync();
        await desk.Context.SaveChangesAsync();
        using var cancellation = new CancellationTokenSource();
        using var held = desk.Proxy.Hold(ProxyDirection.ToClient);
        var commit = Task.Run(() => transaction.CommitAsync(cancellation.Token));
        await held.Arrived;
        await cancellation.CancelAsync();
        held.Release();

        var failure = await Record.ExceptionAsync(() => commit);
        await transaction.DisposeAsync();

        var titles = await desk.TitlesAsync();
        (await desk.PublishedAsync()).Should().HaveCount(failure is null ? titles.Count : 0);
        (titles.Count == 0 || failure is null || desk.DoubtsTold == 1).Should().BeTrue("what is committed is published, or told of");
    }

    [PostgreSqlTheory, BothWays]
    public async Task A_backend_that_is_terminated_before_the_commit_publishes_nothing(How how)
    {
        await using var desk = await TicketDesk.OpenAsync(DatabaseKind.PostgreSql);
        await desk.Context.Database.OpenConnectionAsync();
        var backend = await desk.Context.Database.SqlQuery<int>($"SELECT pg_backend_pid() AS \"Value\"").SingleAsync();
        await using var transaction = await desk.Context.BeginAsync(how);
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Context.SaveAsync(how);
        await desk.Database.ExecuteAsync($"SELECT pg_terminate_backend({backend}, 5000)");

        await desk.Awaiting(_ => transaction.CommitAsync(how)).Should().ThrowAsync<Exception>();
        await transaction.DisposeAsync(how);

        (await desk.PublishedAsync()).Should().BeEmpty();
        (await desk.TitlesAsync()).Should().BeEmpty();
    }

    [PostgreSqlTheory, BothWays]
    public async Task A_constraint_that_fails_at_the_commit_publishes_nothing(How how)
    {
        await using var desk = await TicketDesk.OpenAsync(DatabaseKind.PostgreSql);
        await desk.Database.ExecuteAsync(
            "ALTER TABLE \"Tickets\" ADD CONSTRAINT later UNIQUE (\"Version\", \"Title\") DEFERRABLE INITIALLY DEFERRED");
        await desk.Database.ExecuteAsync("DROP INDEX \"IX_Tickets_Title\"");
        await using var transaction = await desk.Context.BeginAsync(how);
        desk.Context.AddRange(new Ticket(1, "A"), new Ticket(2, "A"));
        await desk.Context.SaveAsync(how);

        await desk.Awaiting(_ => transaction.CommitAsync(how)).Should().ThrowAsync<Npgsql.PostgresException>();
        await transaction.DisposeAsync(how);

        (await desk.PublishedAsync()).Should().BeEmpty();
        desk.Journal.RolledBack.Should().Equal("A opened", "A opened");
        desk.Logs.Entries.Should().NotContain(entry => entry.Level >= LogLevel.Error && entry.Message.Contains("outcome"));
    }

    [PostgreSqlTheory, BothWays]
    public async Task A_failed_statement_that_was_swallowed_makes_the_commit_fail_instead_of_lying(How how)
    {
        await using var desk = await TicketDesk.OpenAsync(DatabaseKind.PostgreSql);
        await using var transaction = await desk.Context.BeginAsync(how);
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Context.SaveAsync(how);
        await desk.Awaiting(d => d.Context.Database.ExecuteSqlRawAsync("SELECT 1/0")).Should().ThrowAsync<Npgsql.PostgresException>();

        (await desk.Awaiting(_ => transaction.CommitAsync(how)).Should().ThrowAsync<Npgsql.PostgresException>()).Which.SqlState.Should().Be("25P02");
        await transaction.DisposeAsync(how);

        (await desk.PublishedAsync()).Should().BeEmpty();
        (await desk.TitlesAsync()).Should().BeEmpty();
    }
}
