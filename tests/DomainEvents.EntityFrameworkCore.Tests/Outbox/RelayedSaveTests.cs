using System.Threading.Channels;
using DomainEvents.EntityFrameworkCore.Tests.Scenario;
using DomainEvents.Outbox;
using DomainEvents.TestSupport.Databases;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DomainEvents.EntityFrameworkCore.Tests.Outbox;

/// <summary>From the save to the handlers.</summary>
public sealed class RelayedSaveTests
{
    [Theory, SqliteData, PostgreSqlData]
    public async Task Each_handler_runs_once_before_the_commit_in_the_save_and_after_it_from_the_outbox(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        desk.Journal.BeforeCommit = (domainEvent, context, _) =>
        {
            context.Add(new Note { Id = domainEvent.Ticket, Text = "before" });
            return default;
        };
        desk.Journal.AfterCommit = async (domainEvent, context) =>
            (await context.Set<Note>().AnyAsync(note => note.Id == domainEvent.Ticket)).Should().Be(domainEvent.Ticket < 3);
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Context.SaveAsync(how);
        await using (var transaction = await desk.Context.BeginAsync(how))
        {
            desk.Context.Add(new Ticket(2, "B"));
            await desk.Context.SaveAsync(how);
            await transaction.CommitAsync(how);
        }

        await desk.Dispatcher.PublishAsync(new TicketChanged(3, "published"));
        (await desk.PublishedAsync()).Should().BeEmpty();

        (await desk.DrainAsync()).Should().Be(3);
        (await desk.DrainAsync()).Should().Be(0);

        (await desk.PublishedAsync()).Should().BeEquivalentTo("A opened", "B opened", "published");
        desk.Journal.Prepared.Should().Equal("A opened", "B opened", "published");
        (await desk.StoredAsync()).Should().BeEmpty();
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task The_events_of_an_aggregate_reach_a_handler_in_the_order_of_their_commits(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        var stamp = new Stamp();
        desk.Context.Add(stamp);
        List<string> said = [];
        for (var i = 0; i < 10; i++)
        {
            said.Add($"{i}");
            stamp.Use(said[i]);
            await desk.Context.SaveAsync(how);
        }

        await desk.DrainAsync();

        (await desk.PublishedAsync()).Should().Equal(said);
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task What_a_handler_saves_is_relayed_as_well(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        desk.Journal.AfterCommit = async (domainEvent, context) =>
        {
            if (domainEvent.Ticket == 1)
            {
                context.Add(new Ticket(2, "B"));
                await context.SaveAsync(how);
            }
        };
        desk.Context.Add(new Ticket(1, "A"));
        await desk.Context.SaveAsync(how);

        await desk.DrainAsync();
        await desk.DrainAsync();

        (await desk.PublishedAsync()).Should().BeEquivalentTo(["A opened", "B opened"], "they are of two streams");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_commit_wakes_the_relay_whichever_way_it_commits(DatabaseKind kind, How how)
    {
        var told = new Told();
        await using var desk = await OutboxDesk.OpenAsync(
            kind, events: builder => builder.Services.AddSingleton<IEventHandler<TicketChanged>>(told).Configure<OutboxOptions>(options =>
            {
                options.RunRelay = true;
                options.PollingInterval = TimeSpan.FromHours(1);
            }));
        var hosted = desk.Root.GetServices<IHostedService>().ToList();
        await Task.WhenAll(hosted.Select(service => service.StartAsync(CancellationToken.None)));
        var ticket = new Ticket(1, "A");
        desk.Context.Add(ticket);

        await desk.Context.SaveAsync(how);
        await told.NextAsync();
        ticket.Rename("B");
        await desk.Context.SaveAsync(how);
        await told.NextAsync();
        ticket.Close();
        await desk.Context.SaveAsync(how); // no row to write
        await told.NextAsync();
        await using (var transaction = await desk.Context.BeginAsync(how))
        {
            ticket.Rename("C");
            await desk.Context.SaveAsync(how);
            await transaction.CommitAsync(how);
        }

        await told.NextAsync();
        if (kind == DatabaseKind.PostgreSql)
        {
            using (var scope = new System.Transactions.TransactionScope(System.Transactions.TransactionScopeAsyncFlowOption.Enabled))
            {
                ticket.Rename("D");
                await desk.Context.SaveAsync(how);
                scope.Complete();
            }

            await told.NextAsync();
        }

        await Task.WhenAll(hosted.Select(service => service.StopAsync(CancellationToken.None)));
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_context_from_a_pool_stores_in_each_lease(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(
            kind, addContext: (services, options) => services.AddPooledDbContextFactory<TicketsContext>(options, poolSize: 1)
                .AddScoped(scope => scope.GetRequiredService<IDbContextFactory<TicketsContext>>().CreateDbContext()));
        var factory = desk.Root.GetRequiredService<IDbContextFactory<TicketsContext>>();
        for (var id = 1; id <= 3; id++)
        {
            await using var context = await factory.CreateDbContextAsync();
            desk.Dispatcher.Attach(context);
            var ticket = new Ticket(id, $"{id}");
            context.Add(ticket);
            if (id == 2)
            {
                await context.BeginAsync(how); // and given back open
            }

            await context.SaveAsync(how);
        }

        (await desk.StoredAsync()).Should().Equal("1 opened", "3 opened");
    }

    private sealed class Told : IEventHandler<TicketChanged>
    {
        private readonly Channel<string> _told = Channel.CreateUnbounded<string>();

        public Task NextAsync() => _told.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60));

        public ValueTask HandleAsync(TicketChanged domainEvent, CancellationToken cancellationToken)
        {
            _told.Writer.TryWrite(domainEvent.What);
            return default;
        }
    }
}
