using System.Text;
using DomainEvents.EntityFrameworkCore.Tests.Scenario;
using DomainEvents.TestSupport.Databases;
using DomainEvents.TestSupport.Network;
using Microsoft.EntityFrameworkCore;

namespace DomainEvents.EntityFrameworkCore.Tests.Faults;

/// <summary>
/// One unit of work, whose connection breaks at one of its messages: before the server has it, or before its answer is
/// heard. Whatever the moment: what is published is committed, and what is committed and not published was told of.
/// </summary>
public sealed class CutAtEveryStepTests
{
    public static TheoryData<string, How> Steps
    {
        get
        {
            var steps = new TheoryData<string, How>();
            foreach (var message in new[] { "BEGIN", "INSERT", "SAVEPOINT", "UPDATE", "RELEASE", "ROLLBACK TO", "SELECT 1", "COMMIT\0" })
            {
                steps.Add(message, How.Synchronously);
                steps.Add(message, How.Asynchronously);
            }

            return steps;
        }
    }

    [PostgreSqlTheory, MemberData(nameof(Steps))]
    public Task Cut_before_the_server_has_the_message(string message, How how) =>
        CutAsync(proxy => proxy.DropBefore(Encoding.UTF8.GetBytes(message)), isCommit: message == "COMMIT\0", committed: [], how);

    [PostgreSqlTheory, MemberData(nameof(Steps))]
    public Task Cut_before_the_client_has_the_answer(string message, How how)
    {
        var isCommit = message == "COMMIT\0";
        return CutAsync(
            proxy => proxy.DropAfter(Encoding.UTF8.GetBytes(message), answer: isCommit ? "COMMIT\0"u8 : default),
            isCommit,
            committed: isCommit ? ["B", "C"] : [],
            how);
    }

    private static async Task CutAsync(Func<LoopbackProxy, ProxyFault> arm, bool isCommit, string[] committed, How how)
    {
        await using var desk = await ProxiedDesk.OpenAsync();
        var context = desk.Context;
        await context.Database.OpenConnectionAsync();
        using var fault = arm(desk.Proxy);

        await desk.Awaiting(async Task (_) =>
        {
            await using var transaction = await context.BeginAsync(how);
            var ticket = new Ticket(1, "A");
            context.AddRange(ticket, new Ticket(2, "C"));
            await context.SaveAsync(how);
            ticket.Rename("B");
            await context.SaveAsync(how);
            await transaction.CreateSavepointAsync("mine", how);
            await context.Database.ExecuteSqlRawAsync("SELECT 0");
            await transaction.RollbackToSavepointAsync("mine", how);
            await transaction.CommitAsync(how);
        }).Should().ThrowAsync<Exception>();

        await fault.Happened;
        (await desk.PublishedAsync()).Should().BeEmpty("nobody can know that the commit took effect");
        desk.DoubtsTold.Should().Be(isCommit ? 1 : 0, "only the outcome of a commit can be unknown");
        (await desk.TitlesAsync()).Should().Equal(committed);
        desk.Dispatcher.Current.Should().BeNull();
    }
}
