using DomainEvents.TestSupport;
using DomainEvents.TestSupport.Databases;
using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Tests.Transactions;

public class ConcurrencyTests
{
    [Fact]
    public async Task Enqueuing_from_many_threads_loses_nothing_and_keeps_the_order_of_each_fifty_times()
    {
        for (var run = 0; run < 50; run++)
        {
            await using var desk = new Desk();
            await using var transaction = desk.Dispatcher.Begin();
            await Together(4, async thread =>
            {
                for (var i = 0; i < 25; i++)
                {
                    await desk.NoteAsync($"{thread} {i:00}");
                }
            });

            await transaction.CommitAsync();

            desk.Published.Should().HaveCount(100).And.OnlyHaveUniqueItems();
            desk.Published.GroupBy(text => text[0]).Should().OnlyContain(thread => thread.SequenceEqual(thread.Order(StringComparer.Ordinal)));
        }
    }

    [Fact]
    public async Task Events_that_race_with_the_commit_are_published_or_refused_fifty_times()
    {
        for (var run = 0; run < 50; run++)
        {
            await using var desk = new Desk(builder => builder.ConfigureTransactions(options => options.MaxBeforeCommitRounds = 1000));
            var transaction = desk.Dispatcher.Begin();
            var taken = 0;
            await Together(3, async thread =>
            {
                if (thread == 0)
                {
                    await transaction.CommitAsync();
                    return;
                }

                for (var i = 0; i < 25; i++)
                {
                    try
                    {
                        transaction.Enqueue(new Noted($"{thread} {i}"));
                        Interlocked.Increment(ref taken);
                    }
                    catch (InvalidOperationException)
                    {
                        return; // too late
                    }
                }
            });

            desk.Published.Should().HaveCount(taken);
            desk.Checked.Should().HaveCount(taken);
        }
    }

    [Fact]
    public async Task Events_that_race_with_an_inner_rollback_are_rolled_back_or_refused_fifty_times()
    {
        for (var run = 0; run < 50; run++)
        {
            await using var desk = new Desk();
            var outer = desk.Dispatcher.Begin();
            var inner = desk.Dispatcher.Begin();
            var taken = 0;
            await Together(3, async thread =>
            {
                if (thread == 0)
                {
                    await inner.RollbackAsync();
                    return;
                }

                for (var i = 0; i < 1000; i++)
                {
                    try
                    {
                        inner.Enqueue(new Noted($"{thread} {i}"));
                        Interlocked.Increment(ref taken);
                    }
                    catch (InvalidOperationException)
                    {
                        return; // too late
                    }
                }
            });

            await outer.CommitAsync();

            desk.Published.Should().BeEmpty();
            desk.RolledBack.Should().HaveCount(taken);
        }
    }

    [Fact]
    public async Task Scopes_that_enlist_one_database_transaction_at_once_share_one_buffer_fifty_times()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await using var connection = await database.OpenAsync();
        for (var run = 0; run < 50; run++)
        {
            await using var desk = new Desk();
            await using var real = await connection.BeginTransactionAsync();
            var scopes = Enumerable.Range(0, 3).Select(_ => desk.OpenScope()).ToArray();
            var joined = new EventTransaction[3];
            await Together(3, async thread =>
            {
                var dispatcher = scopes[thread].ServiceProvider.GetRequiredService<IEventDispatcher>();
                joined[thread] = dispatcher.Enlist(real);
                await dispatcher.PublishAsync(new Noted($"{thread}"));
            });

            joined.Distinct().Should().ContainSingle();
            await joined[0].CommitAsync();

            desk.Published.Should().BeEquivalentTo("0", "1", "2");
            foreach (var scope in scopes)
            {
                await scope.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task Synchronous_commits_from_many_scopes_lose_nothing_fifty_times()
    {
        for (var run = 0; run < 50; run++)
        {
            await using var desk = new Desk();
            await Together(4, async thread =>
            {
                await using var scope = desk.OpenScope();
                var dispatcher = scope.ServiceProvider.GetRequiredService<IEventDispatcher>();
                for (var i = 0; i < 5; i++)
                {
                    using var transaction = dispatcher.Begin();
                    transaction.Enqueue(new Noted($"{thread} {i}"));
                    transaction.Commit();
                }

                await dispatcher.WhenIdleAsync().Soon();
            });

            desk.Published.Should().HaveCount(20).And.OnlyHaveUniqueItems();
        }
    }

    [Fact]
    public async Task A_rollback_that_races_with_publishing_publishes_nothing_fifty_times()
    {
        for (var run = 0; run < 50; run++)
        {
            await using var desk = new Desk();
            var completed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var taken = 0;
            using var transaction = new System.Transactions.CommittableTransaction();
            transaction.TransactionCompleted += (_, _) => completed.SetResult();
            await Together(3, async thread =>
            {
                if (thread == 0)
                {
                    transaction.Rollback();
                    return;
                }

                using var scope = Attempt(() => new System.Transactions.TransactionScope(
                    transaction, System.Transactions.TransactionScopeAsyncFlowOption.Enabled));
                for (var i = 0; scope is not null && i < 10; i++)
                {
                    try
                    {
                        await desk.NoteAsync($"{thread} {i}");
                        Interlocked.Increment(ref taken);
                    }
                    catch (Exception exception) when (exception is InvalidOperationException or System.Transactions.TransactionException)
                    {
                        return; // too late
                    }
                }
            });
            await completed.Task.Soon();
            await desk.IdleAsync();

            desk.Published.Should().BeEmpty();
            desk.RolledBack.Should().HaveCountGreaterThanOrEqualTo(taken);
        }

        static System.Transactions.TransactionScope? Attempt(Func<System.Transactions.TransactionScope> open)
        {
            try
            {
                return open();
            }
            catch (System.Transactions.TransactionException)
            {
                return null;
            }
        }
    }

    private static async Task Together(int threads, Func<int, Task> work)
    {
        using var start = new Barrier(threads);
        await Task.WhenAll(Enumerable.Range(0, threads).Select(thread => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait(Signals.Timeout);
                return work(thread);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Unwrap())).Soon();
    }
}
