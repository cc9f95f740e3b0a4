using DomainEvents.EntityFrameworkCore.Tests.Scenario;
using DomainEvents.EntityFrameworkCore.TestSupport;
using DomainEvents.TestSupport.Databases;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;

namespace DomainEvents.EntityFrameworkCore.Tests.Capture;

/// <summary>A save with no events pending, beside one with interceptors of the same kinds that do nothing.</summary>
public sealed class SaveAllocationTests
{
    private const int AtMost = 128;

    [Theory, BothWays]
    public async Task A_save_of_an_aggregate_that_raised_nothing_allocates_next_to_nothing(How how) =>
        (await BeyondNoOpsAsync(how, tickets: 1, notes: 0, context => Touch(context, 1))).Should().BeLessThanOrEqualTo(AtMost);

    [Theory, BothWays]
    public async Task A_save_of_one_aggregate_among_many_allocates_next_to_nothing(How how) =>
        (await BeyondNoOpsAsync(how, tickets: 50, notes: 50, context => Touch(context, 1))).Should().BeLessThanOrEqualTo(AtMost);

    [Theory, BothWays]
    public async Task A_save_that_takes_a_transaction_allocates_next_to_nothing(How how) =>
        (await BeyondNoOpsAsync(how, tickets: 2, notes: 0, context =>
        {
            Touch(context, 1);
            Touch(context, 2);
        })).Should().BeLessThanOrEqualTo(AtMost);

    [Theory, BothWays]
    public async Task A_save_of_plain_entities_allocates_next_to_nothing(How how) =>
        (await BeyondNoOpsAsync(how, tickets: 0, notes: 2, context =>
            context.Entry(context.Find<Note>(1)!).Property(note => note.Text).IsModified = true)).Should().BeLessThanOrEqualTo(AtMost);

    [Theory, BothWays]
    public async Task A_save_with_nothing_to_save_allocates_next_to_nothing(How how) =>
        (await BeyondNoOpsAsync(how, tickets: 1, notes: 1, _ => { })).Should().BeLessThanOrEqualTo(AtMost);

    private static void Touch(TicketsContext context, int id) => context.Find<Ticket>(id)!.Touch();

    private static async Task<double> BeyondNoOpsAsync(How how, int tickets, int notes, Action<TicketsContext> change)
    {
        await using var desk = await OpenAsync();
        await using var deskOfNoOps = await OpenAsync();
        await using var withNoOps = new TicketsContext(
            new DbContextOptionsBuilder<TicketsContext>().UseDatabase(deskOfNoOps.Database).AddInterceptors(new NoOps()).Options);
        await FillAsync(desk.Context, tickets, notes);
        await FillAsync(withNoOps, tickets, notes);

        // Both warmed up before either is measured: code that has been compiled again allocates less.
        Allocations.PerCall(() => Save(withNoOps));
        Allocations.PerCall(() => Save(desk.Context));
        var baseline = Allocations.PerCall(() => Save(withNoOps));
        return Allocations.PerCall(() => Save(desk.Context)) - baseline;

        void Save(TicketsContext context)
        {
            change(context);
            if (how == How.Synchronously)
            {
                context.SaveChanges();
            }
            else
            {
                context.SaveChangesAsync().GetAwaiter().GetResult(); // SQLite does not leave the thread
            }
        }
    }

    private static Task<TicketDesk> OpenAsync() =>
        TicketDesk.OpenAsync(DatabaseKind.Sqlite, options => options.UseLoggerFactory(NullLoggerFactory.Instance));

    private static async Task FillAsync(TicketsContext context, int tickets, int notes)
    {
        await context.Database.OpenConnectionAsync();
        await context.Database.ExecuteSqlAsync($"PRAGMA synchronous = OFF"); // for hundreds of saves
        context.AddRange(Enumerable.Range(1, tickets).Select(id => new Ticket(id, $"{id}")));
        context.AddRange(Enumerable.Range(1, notes).Select(id => new Note { Id = id, Text = $"{id}" }));
        foreach (var source in context.ChangeTracker.Entries<Ticket>().ToArray())
        {
            source.Entity.PullDomainEvents();
        }

        await context.SaveChangesAsync();
    }

    private sealed class NoOps : ISaveChangesInterceptor, IDbTransactionInterceptor, IDbCommandInterceptor;
}
