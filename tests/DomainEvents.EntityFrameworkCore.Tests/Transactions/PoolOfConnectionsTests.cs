using System.Collections.Concurrent;
using DomainEvents.EntityFrameworkCore.Tests.Scenario;
using DomainEvents.TestSupport.Databases;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace DomainEvents.EntityFrameworkCore.Tests.Transactions;

/// <summary>Handlers need connections of the same pool that the committers hold.</summary>
public sealed class PoolOfConnectionsTests
{
    [PostgreSqlTheory, BothWays]
    public async Task Twenty_commits_at_once_on_a_pool_of_five_do_not_starve_handlers_in_the_background(How how)
    {
        NpgsqlDataSource? pool = null;
        await using var desk = await TicketDesk.OpenAsync(
            DatabaseKind.PostgreSql,
            options => options.UseNpgsql(pool!),
            events => events.AddBackgroundDispatch(),
            prepare: database =>
            {
                var settings = new NpgsqlConnectionStringBuilder(((PostgreSqlDatabase)database).ConnectionString) { MaxPoolSize = 5 };
                pool = NpgsqlDataSource.Create(settings.ConnectionString);
                return Task.CompletedTask;
            });
        await using var disposed = pool!;
        var handled = new ConcurrentDictionary<int, bool>();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        desk.Journal.AfterCommit = async (opened, context) =>
        {
            handled[opened.Ticket] = await context.Tickets.AnyAsync(ticket => ticket.Id == opened.Ticket);
            if (handled.Count == 20)
            {
                all.TrySetResult();
            }
        };

        await Task.WhenAll(Enumerable.Range(1, 20).Select(id => Task.Run(async () =>
        {
            await using var scope = desk.Root.CreateAsyncScope();
            var context = scope.ServiceProvider.GetRequiredService<TicketsContext>();
            await using var transaction = await context.BeginAsync(how);
            context.Add(new Ticket(id, $"{id}"));
            await context.SaveAsync(how);
            await transaction.CommitAsync(how);
        })));

        await all.Task;
        handled.Should().HaveCount(20).And.OnlyContain(found => found.Value);
    }
}
