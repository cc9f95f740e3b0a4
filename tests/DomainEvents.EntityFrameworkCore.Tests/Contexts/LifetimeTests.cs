using System.Runtime.CompilerServices;
using DomainEvents.EntityFrameworkCore.Tests.Scenario;
using DomainEvents.TestSupport.Databases;

namespace DomainEvents.EntityFrameworkCore.Tests.Contexts;

/// <summary>How long events are held.</summary>
public sealed class LifetimeTests
{
    [Theory, SqliteData, PostgreSqlData]
    public async Task A_transaction_disposed_without_a_commit_frees_its_events_while_the_context_lives_on(DatabaseKind kind, How how)
    {
        await using var desk = await TicketDesk.OpenAsync(kind);

        var held = await SaveAndDisposeAsync(desk, how);
        desk.Context.ChangeTracker.Clear();
        await desk.Dispatcher.WhenIdleAsync();
        await Task.Yield(); // off the stack of the method above, which may have ended on this thread just now

        for (var i = 0; i < 3 && held.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        held.IsAlive.Should().BeFalse();
        GC.KeepAlive(desk);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static async Task<WeakReference> SaveAndDisposeAsync(TicketDesk desk, How how)
        {
            var ticket = new Ticket(1, "A");
            desk.Context.Add(ticket);
            var transaction = await desk.Context.BeginAsync(how);
            await desk.Context.SaveAsync(how);
            await transaction.DisposeAsync(how);
            return new WeakReference(ticket.DomainEvents[0]);
        }
    }
}
