using System.Text;
using DomainEvents.EntityFrameworkCore.Tests.Faults;
using DomainEvents.EntityFrameworkCore.Tests.Scenario;
using DomainEvents.TestSupport.Databases;
using DomainEvents.TestSupport.Network;
using Microsoft.EntityFrameworkCore;

namespace DomainEvents.EntityFrameworkCore.Tests.Outbox;

/// <summary>A connection that breaks at one message of a save. Whatever becomes of the rows becomes of the events.</summary>
public sealed class StoredCutTests
{
    private const string Commit = "COMMIT\0";

    public enum Moment
    {
        BeforeTheServerHasIt,
        BeforeTheAnswerIsHeard,
    }

    public static TheoryData<string, Moment, How> Steps
    {
        get
        {
            var steps = new TheoryData<string, Moment, How>();
            foreach (var message in new[] { "INSERT", "UPDATE", "domain_event_outbox", Commit })
            {
                foreach (var moment in Enum.GetValues<Moment>())
                {
                    steps.Add(message, moment, How.Synchronously);
                    steps.Add(message, moment, How.Asynchronously);
                }
            }

            return steps;
        }
    }

    [PostgreSqlTheory, MemberData(nameof(Steps))]
    public async Task A_save_alone_commits_its_event_with_its_row(string message, Moment moment, How how)
    {
        await using var desk = await ProxiedDesk.OpenAsync(hasOutbox: true);
        await using var transaction = message == Commit ? await desk.Context.BeginAsync(how) : null;
        var ticket = new Ticket(1, "A");
        desk.Context.Add(ticket);
        if (message == "UPDATE")
        {
            await desk.Context.SaveAsync(how);
            ticket.Rename("B");
        }

        await desk.Context.Database.OpenConnectionAsync();
        using var fault = Arm(desk.Proxy, message, moment);

        await desk.Awaiting(async Task (d) =>
        {
            await d.Context.SaveAsync(how);
            await (transaction?.CommitAsync(how) ?? Task.CompletedTask);
        }).Should().ThrowAsync<Exception>();

        await fault.Happened;
        (await desk.PublishedAsync()).Should().BeEmpty();
        var titles = await desk.TitlesAsync();
        (await desk.StoredAsync()).Should().Equal(titles switch
        {
            [] => [],
            ["A"] => ["A opened"],
            _ => ["A opened", "B renamed"],
        });
        if (moment == Moment.BeforeTheAnswerIsHeard && message != "UPDATE")
        {
            titles.Should().Equal("A"); // one command, or a COMMIT, that has arrived
        }

        desk.Dispatcher.Current.Should().BeNull();
    }

    private static ProxyFault Arm(LoopbackProxy proxy, string message, Moment moment) => moment == Moment.BeforeTheServerHasIt
        ? proxy.DropBefore(Encoding.UTF8.GetBytes(message))
        : proxy.DropAfter(Encoding.UTF8.GetBytes(message), answer: message == Commit ? "COMMIT\0"u8 : default);
}
