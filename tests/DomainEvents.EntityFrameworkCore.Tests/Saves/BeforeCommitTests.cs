using DomainEvents.EntityFrameworkCore.Tests.Scenario;
using DomainEvents.TestSupport.Databases;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.EntityFrameworkCore.Tests.Saves;

/// <summary>Handlers that run within the save, in its scope and its context.</summary>
public sealed class BeforeCommitTests
{
    [Theory, SqliteData, PostgreSqlData]
    public async Task What_they_change_is_saved_with_it_and_what_that_raises_is_handled_too(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        desk.Journal.BeforeCommit = (domainEvent, context, _) =>
        {
            if (domainEvent.Ticket < 3)
            {
                context.Add(new Ticket(domainEvent.Ticket + 1, $"{domainEvent.Ticket + 1}"));
            }

            return default;
        };
        desk.Context.Add(new Ticket(1, "1"));

        (await desk.Context.SaveAsync(how)).Should().Be(3);

        (await desk.PublishedAsync()).Should().Equal("1 opened", "2 opened", "3 opened");
        desk.Journal.Prepared.Should().Equal("1 opened", "2 opened", "3 opened");
        (await desk.TitlesAsync()).Should().Equal("1", "2", "3");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task What_they_change_on_a_tracked_aggregate_is_detected(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        var other = new Ticket(2, "B");
        desk.Context.Add(other);
        await desk.Context.SaveAsync(how);
        desk.Journal.BeforeCommit = (domainEvent, _, _) =>
        {
            if (domainEvent.Ticket == 1)
            {
                other.Rename("C");
            }

            return default;
        };
        desk.Context.Add(new Ticket(1, "A"));

        await desk.Context.SaveAsync(how);

        (await desk.TitlesAsync()).Should().Equal("A", "C");
        (await desk.PublishedAsync()).Should().Equal("B opened", "A opened", "C renamed");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task What_they_publish_is_part_of_the_save(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        desk.Journal.BeforeCommit = async (domainEvent, _, dispatcher) =>
        {
            if (domainEvent.Ticket == 1)
            {
                await dispatcher.PublishAsync(new TicketChanged(9, "more"));
            }
        };
        desk.Context.Add(new Ticket(1, "A"));

        await desk.Context.SaveAsync(how);

        (await desk.PublishedAsync()).Should().Equal("A opened", "more");
        desk.Journal.Prepared.Should().Equal("A opened", "more");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_refusal_reaches_the_caller_and_nothing_is_saved_or_published(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        desk.Journal.BeforeCommit = (_, _, _) => throw new TimeoutException("no");
        desk.Context.Add(new Ticket(1, "A"));

        await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<TimeoutException>().WithMessage("no");

        (await desk.PublishedAsync()).Should().BeEmpty();
        desk.Journal.RolledBack.Should().Equal("A opened");
        desk.Dispatcher.Current.Should().BeNull();
        desk.Journal.BeforeCommit = null;
        await desk.Context.SaveAsync(how);
        (await desk.PublishedAsync()).Should().Equal("A opened");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_refused_save_in_a_transaction_takes_only_itself_back(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        await using var transaction = await desk.Context.BeginAsync(how);
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Context.SaveAsync(how);
        desk.Journal.BeforeCommit = (_, _, _) => throw new TimeoutException();
        desk.Context.Add(new Ticket(2, "B"));
        await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<TimeoutException>();

        await transaction.CommitAsync(how);

        (await desk.PublishedAsync()).Should().Equal("A opened");
        (await desk.TitlesAsync()).Should().Equal("A");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_refusal_at_the_commit_cannot_be_committed_over(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        desk.Journal.BeforeCommit = (_, _, _) => throw new TimeoutException();
        await using var transaction = await desk.Context.BeginAsync(how);
        await desk.Dispatcher.PublishAsync(new TicketChanged(1, "bulk"));
        await desk.Awaiting(_ => transaction.CommitAsync(how)).Should().ThrowAsync<TimeoutException>();

        await desk.Awaiting(_ => transaction.CommitAsync(how)).Should().ThrowAsync<InvalidOperationException>().WithMessage("*refused*");
        await transaction.RollbackAsync(how);

        (await desk.PublishedAsync()).Should().BeEmpty();
        desk.Journal.RolledBack.Should().Equal("bulk");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_published_event_that_was_refused_at_a_save_was_committed_without_its_handler(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        desk.Journal.BeforeCommit = (domainEvent, _, _) => domainEvent.Ticket == 0 ? throw new TimeoutException() : default;
        await using var transaction = await desk.Context.BeginAsync(how);
        await desk.Dispatcher.PublishAsync(new TicketChanged(0, "bulk"));
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<TimeoutException>();

        await desk.Awaiting(_ => transaction.CommitAsync(how)).Should().ThrowAsync<TimeoutException>();
        await transaction.RollbackAsync(how);

        (await desk.PublishedAsync()).Should().BeEmpty();
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task What_a_handler_published_in_a_failed_save_was_lost_if_its_event_was_older_than_the_save(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        desk.Journal.BeforeCommit = async (domainEvent, _, dispatcher) =>
        {
            if (domainEvent.Ticket == 0)
            {
                await dispatcher.PublishAsync(new TicketChanged(9, "more"));
            }
        };
        await using var transaction = await desk.Context.BeginAsync(how);
        await desk.Dispatcher.PublishAsync(new TicketChanged(0, "bulk"));
        var ticket = new Ticket(1, null!);
        desk.Context.Add(ticket);
        await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<DbUpdateException>();
        ticket.Rename("A");

        await desk.Context.SaveAsync(how);
        await transaction.CommitAsync(how);

        (await desk.PublishedAsync()).Should().BeEquivalentTo("bulk", "more", " opened", "A renamed");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Events_that_cannot_be_taken_left_a_transaction_open_that_held_what_was_published_next(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        var twins = new[] { new Ticket(1, "A"), new Ticket(2, "B") };
        var domainEvent = new TicketChanged(1, "first");
        twins[0].Raise(domainEvent);
        twins[1].Raise(domainEvent with { What = "second" });
        desk.Context.AddRange(twins);
        await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<ArgumentException>();

        await desk.Dispatcher.PublishAsync(new TicketChanged(0, "bulk"));

        desk.Dispatcher.Current.Should().BeNull();
        (await desk.PublishedAsync()).Should().Equal("bulk");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Events_that_only_the_dispatcher_saw_are_prepared_at_the_commit_and_their_changes_saved(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        desk.Journal.BeforeCommit = (domainEvent, context, _) =>
        {
            if (domainEvent.Ticket == 0)
            {
                context.Add(new Ticket(1, "A"));
            }

            return default;
        };
        await using var transaction = await desk.Context.BeginAsync(how);
        await desk.Dispatcher.PublishAsync(new TicketChanged(0, "bulk"));

        await transaction.CommitAsync(how);

        (await desk.PublishedAsync()).Should().Equal("bulk", "A opened");
        (await desk.TitlesAsync()).Should().Equal("A");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Saving_the_context_that_is_being_saved_is_refused_without_a_transaction_and_fine_within_one(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        desk.Journal.BeforeCommit = async (_, context, _) => await context.SaveAsync(how);
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<InvalidOperationException>().WithMessage("*BeginTransaction*");

        await using var transaction = await desk.Context.BeginAsync(how);
        await desk.Context.SaveAsync(how);
        await transaction.CommitAsync(how);

        (await desk.PublishedAsync()).Should().Equal("A opened");
        (await desk.TitlesAsync()).Should().Equal("A");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task What_another_context_committed_in_a_handler_was_not_published_if_the_save_around_it_failed(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        await using var scope = desk.Root.CreateAsyncScope();
        var other = scope.ServiceProvider.GetRequiredService<TicketsContext>();
        desk.Dispatcher.Attach(other);
        desk.Journal.BeforeCommit = async (domainEvent, _, _) =>
        {
            if (domainEvent.Ticket == 1)
            {
                other.Add(new Ticket(2, "B"));
                await other.SaveAsync(how);
                await using var transaction = await other.BeginAsync(how);
                other.Add(new Ticket(3, "C"));
                await other.SaveAsync(how);
                await transaction.CommitAsync(how);
                throw new TimeoutException();
            }
        };
        desk.Context.Add(new Ticket(1, "A"));

        await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<TimeoutException>();

        (await desk.PublishedAsync()).Should().Equal("B opened", "C opened");
        (await desk.TitlesAsync()).Should().Equal("B", "C");
        desk.Dispatcher.Current.Should().BeNull();
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Events_without_end_are_stopped(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);
        desk.Journal.BeforeCommit = (domainEvent, context, _) =>
        {
            context.Add(new Ticket(domainEvent.Ticket + 1, $"{domainEvent.Ticket + 1}"));
            return default;
        };
        desk.Context.Add(new Ticket(1, "1"));

        await desk.Awaiting(d => d.Context.SaveAsync(how)).Should().ThrowAsync<InvalidOperationException>().WithMessage("*MaxBeforeCommitRounds*");

        (await desk.TitlesAsync()).Should().BeEmpty();
    }
}
