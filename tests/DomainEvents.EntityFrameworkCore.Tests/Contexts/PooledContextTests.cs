using DomainEvents.EntityFrameworkCore.Tests.Scenario;
using DomainEvents.TestSupport.Databases;
using DomainEvents.Transactions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.EntityFrameworkCore.Tests.Contexts;

/// <summary>Contexts from a pool or a factory, which belong to no scope until they are attached to one.</summary>
public sealed class PooledContextTests
{
    public enum Source
    {
        Pool,
        Factory,
        PoolToldOfEventsFirst,
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task An_event_with_a_before_commit_handler_needs_the_scope_that_attach_joins_it_to(Source source, How how)
    {
        await using var desk = await OpenAsync(source);
        await using var context = await LeaseAsync(desk);
        context.Add(new Ticket(1, "A"));
        await context.Awaiting(c => c.SaveAsync(how)).Should().ThrowAsync<InvalidOperationException>().WithMessage("*BeforeCommit*Attach(context)*");

        desk.Dispatcher.Attach(context);
        await context.SaveAsync(how);

        (await desk.PublishedAsync()).Should().Equal("A opened");
        (await desk.TitlesAsync()).Should().Equal("A");
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task An_attached_context_and_its_scope_share_the_transaction(Source source, How how)
    {
        await using var desk = await OpenAsync(source);
        await using var context = await LeaseAsync(desk);
        desk.Dispatcher.Attach(context);
        await using var transaction = await context.BeginAsync(how);
        await desk.Dispatcher.PublishAsync(new TicketChanged(1, "bulk"));
        (await desk.PublishedAsync()).Should().BeEmpty();

        await transaction.CommitAsync(how);

        (await desk.PublishedAsync()).Should().Equal("bulk");
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task The_next_lease_sees_nothing_of_what_the_last_one_left_open(Source source, How how)
    {
        await using var desk = await OpenAsync(source);
        await using (var first = await LeaseAsync(desk))
        {
            desk.Dispatcher.Attach(first);
            await first.BeginAsync(how);
            first.Add(new Ticket(1, "A"));
            await first.SaveAsync(how);
        }

        desk.Dispatcher.Current.Should().BeNull();
        await using (var second = await LeaseAsync(desk))
        {
            await using var scope = desk.Root.CreateAsyncScope();
            scope.ServiceProvider.GetRequiredService<IEventDispatcher>().Attach(second);
            second.Add(new Ticket(2, "B"));
            await second.SaveChangesAsync();
        }

        (await desk.PublishedAsync()).Should().Equal("B opened");
        desk.Journal.RolledBack.Should().Equal("A opened");
        desk.Logs.WithId(2006).Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_context_is_not_attached_in_the_middle_of_a_transaction_nor_twice(Source source, How how)
    {
        await using var desk = await OpenAsync(source);
        await using var context = await LeaseAsync(desk);
        await using (await context.BeginAsync(how))
        {
            desk.Dispatcher.Invoking(d => d.Attach(context)).Should().Throw<InvalidOperationException>().WithMessage("*has one open*");
        }

        desk.Dispatcher.Attach(context);
        desk.Dispatcher.Attach(context);
        await using var scope = desk.Root.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<IEventDispatcher>()
            .Invoking(d => d.Attach(context)).Should().Throw<InvalidOperationException>().WithMessage("*another scope*");
    }

    public static TheoryData<Source, How> Ways() => new()
    {
        { Source.Pool, How.Synchronously }, { Source.Pool, How.Asynchronously },
        { Source.Factory, How.Synchronously }, { Source.Factory, How.Asynchronously },
        { Source.PoolToldOfEventsFirst, How.Synchronously }, { Source.PoolToldOfEventsFirst, How.Asynchronously },
    };

    private static Task<TicketDesk> OpenAsync(Source source) => TicketDesk.OpenAsync(DatabaseKind.Sqlite, addContext: (services, options) =>
    {
        _ = source switch
        {
            Source.Pool => services.AddPooledDbContextFactory<TicketsContext>(options, poolSize: 1),
            Source.Factory => services.AddDbContextFactory<TicketsContext>(options),
            _ => services.AddPooledDbContextFactory<TicketsContext>(
                (provider, builder) =>
                {
                    builder.UseDomainEvents(provider); // in front of the provider, as services are reset in the order of the options
                    options(provider, builder);
                },
                poolSize: 1),
        };
        services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<TicketsContext>>().CreateDbContext());
    });

    private static Task<TicketsContext> LeaseAsync(TicketDesk desk) =>
        desk.Root.GetRequiredService<IDbContextFactory<TicketsContext>>().CreateDbContextAsync();
}
