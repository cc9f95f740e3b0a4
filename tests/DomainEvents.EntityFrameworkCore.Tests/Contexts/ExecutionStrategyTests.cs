using DomainEvents.EntityFrameworkCore.Tests.Scenario;
using DomainEvents.TestSupport.Databases;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace DomainEvents.EntityFrameworkCore.Tests.Contexts;

/// <summary>Inside execution strategies of the user.</summary>
public sealed class ExecutionStrategyTests
{
    [Theory, SqliteData, PostgreSqlData]
    public async Task A_strategy_that_retries_twice_publishes_once(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        var failures = 2;
        var strategy = new RetryTimeouts(desk.Context);

        await strategy.ExecuteAsync(async () =>
        {
            desk.Context.ChangeTracker.Clear();
            await using var transaction = await desk.Context.BeginAsync(how);
            desk.Context.Add(new Ticket(1, "A"));
            await desk.Context.SaveAsync(how);
            if (failures-- > 0)
            {
                throw new TimeoutException();
            }

            await transaction.CommitAsync(how);
        });

        (await desk.PublishedAsync()).Should().Equal("A opened");
        (await desk.TitlesAsync()).Should().Equal("A");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_handler_that_throws_something_transient_after_the_commit_repeats_nothing(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        desk.Journal.AfterCommit = (_, _) => throw new TimeoutException();
        var runs = 0;

        await new RetryTimeouts(desk.Context).ExecuteAsync(async () =>
        {
            runs++;
            desk.Context.Add(new Ticket(1, "A"));
            await desk.Context.SaveAsync(how);
        });

        await desk.PublishedAsync();
        runs.Should().Be(1);
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_handler_after_a_commit_inside_a_strategy_could_not_retry_anything_itself(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        var failures = 2;
        desk.Journal.AfterCommit = async (_, context) => await new RetryTimeouts(context).ExecuteAsync(
            () => failures-- > 0 ? Task.FromException(new TimeoutException()) : Task.CompletedTask);

        await new RetryTimeouts(desk.Context).ExecuteAsync(async () =>
        {
            await using var transaction = await desk.Context.BeginAsync(how);
            desk.Context.Add(new Ticket(1, "A"));
            await desk.Context.SaveAsync(how);
            await transaction.CommitAsync(how);
            ExecutionStrategy.Current.Should().NotBeNull();
        });

        (await desk.PublishedAsync()).Should().Equal("A opened");
    }

    private sealed class RetryTimeouts(DbContext context) : ExecutionStrategy(context, 5, TimeSpan.Zero)
    {
        protected override bool ShouldRetryOn(Exception exception) => exception is TimeoutException;

        protected override TimeSpan? GetNextDelay(Exception lastException) =>
            base.GetNextDelay(lastException) is null ? null : TimeSpan.Zero;
    }
}
