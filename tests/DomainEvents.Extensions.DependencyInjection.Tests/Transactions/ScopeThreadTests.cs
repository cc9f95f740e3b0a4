using System.Transactions;
using DomainEvents.TestSupport;
using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Tests.Transactions;

/// <summary>Ambient transactions and threads.</summary>
public class ScopeThreadTests
{
    [Fact]
    public async Task With_asynchronous_flow_events_from_all_threads_are_published_once_after_the_commit()
    {
        await using var desk = new Desk();
        using (var scope = Scopes.Open())
        {
            await desk.NoteAsync("1");
            await Task.Yield();
            await Task.Run(async () =>
            {
                await desk.NoteAsync("2");
                await Task.Yield();
                await desk.NoteAsync("3");
            }).Soon();
            desk.Published.Should().BeEmpty();
            scope.Complete();
        }

        await desk.IdleAsync();
        desk.Published.Should().Equal("1", "2", "3");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Without_asynchronous_flow_a_publish_on_another_thread_is_told_and_published_nowhere(bool dispatcherIsOfTheScope)
    {
        var desk = new Desk();
        OnAThreadOfItsOwn(() =>
        {
            using var scope = new TransactionScope();
            using var services = desk.OpenScope();
            var dispatcher = services.ServiceProvider.GetRequiredService<IEventDispatcher>();
            if (!dispatcherIsOfTheScope)
            {
                dispatcher = desk.Dispatcher;
                Complete(dispatcher.PublishAsync(new Noted("1")));
            }

            Exception? told = null;
            OnAThreadOfItsOwn(() => told = Record.Exception(() => Complete(dispatcher.PublishAsync(new Noted("2")))));

            told.Should().BeOfType<InvalidOperationException>().Which.Message.Should()
                .Contain("left behind").And.Contain("TransactionScopeAsyncFlowOption.Enabled");
        });

        desk.Published.Should().BeEmpty();
    }

    [Fact]
    public void Without_asynchronous_flow_each_scope_of_a_dispatcher_is_watched_also_below_a_later_one()
    {
        var desk = new Desk();
        OnAThreadOfItsOwn(() =>
        {
            using (var first = new TransactionScope())
            {
                Complete(desk.NoteAsync("1"));
                first.Complete();
            }

            using var second = new TransactionScope();
            Complete(desk.NoteAsync("2"));
            using (var third = new TransactionScope(TransactionScopeOption.RequiresNew))
            {
                Complete(desk.NoteAsync("3"));
                third.Complete();
            }

            OnAThreadOfItsOwn(() => desk.Invoking(d => Complete(d.NoteAsync("4"))).Should().Throw<InvalidOperationException>().WithMessage("*left behind*"));
        });
    }

    [Fact]
    public async Task Without_asynchronous_flow_the_same_thread_is_served_and_after_it_all_are()
    {
        await using var desk = new Desk();
        OnAThreadOfItsOwn(() =>
        {
            using (var scope = new TransactionScope())
            {
                Complete(desk.NoteAsync("1"));
                using (new TransactionScope(TransactionScopeOption.Suppress))
                {
                    Complete(desk.NoteAsync("suppressed"));
                }

                scope.Complete();
            }

            desk.IdleAsync().GetAwaiter().GetResult();
            Complete(desk.NoteAsync("2"));
        });

        await desk.NoteAsync("3");

        desk.Published.Should().Equal("suppressed", "1", "2", "3");
    }

    [Fact]
    public void Without_asynchronous_flow_a_transaction_that_was_begun_is_found_on_all_threads()
    {
        var desk = new Desk();
        OnAThreadOfItsOwn(() =>
        {
            using var scope = new TransactionScope();
            using var transaction = desk.Dispatcher.Begin();
            OnAThreadOfItsOwn(() => Complete(desk.NoteAsync("1")));
            transaction.Commit();
        });

        desk.Checked.Should().Equal("1");
        desk.Published.Should().BeEmpty();
    }

    [Fact]
    public async Task Callbacks_in_the_background_are_not_mistaken_for_a_scope_that_was_left_behind()
    {
        await using var desk = new Desk();
        OnAThreadOfItsOwn(() =>
        {
            using var outer = new TransactionScope();
            Complete(desk.NoteAsync("outer"));
            using (var inner = new TransactionScope(TransactionScopeOption.RequiresNew))
            {
                desk.Dispatcher.OnCommitted(async token => await desk.Dispatcher.PublishAsync(new Noted("of the callback"), token));
                inner.Complete();
            }

            desk.IdleAsync().GetAwaiter().GetResult();
        });

        desk.Published.Should().Equal("of the callback");
        desk.Logs.WithId(2002).Should().BeEmpty();
    }

    [Fact]
    public async Task Threads_that_publish_at_once_in_one_transaction_share_one_buffer_fifty_times()
    {
        for (var run = 0; run < 50; run++)
        {
            await using var desk = new Desk();
            await desk.NoteAsync("warm");
            var transactions = Enumerable.Range(0, 20).Select(_ => new CommittableTransaction()).ToArray();
            using var together = new Barrier(2);
            await Task.WhenAll(Enumerable.Range(0, 2).Select(thread => Task.Factory.StartNew(
                () =>
                {
                    for (var i = 0; i < transactions.Length; i++)
                    {
                        together.SignalAndWait(Signals.Timeout);
                        Transaction.Current = transactions[i];
                        Complete(desk.NoteAsync($"{i} {thread}"));
                        Transaction.Current = null;
                    }
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default))).Soon();

            desk.Published.Should().Equal("warm");
            foreach (var transaction in transactions)
            {
                transaction.Commit();
                transaction.Dispose();
            }

            await desk.IdleAsync();
            desk.Checked.Should().HaveCount(41).And.OnlyHaveUniqueItems();
            desk.Published.Should().HaveCount(41).And.OnlyHaveUniqueItems();
        }
    }

    private static void OnAThreadOfItsOwn(Action action)
    {
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(action));
        thread.UnsafeStart();
        thread.Join(Signals.Timeout).Should().BeTrue();
        if (failure is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }
    }

    private static void Complete(ValueTask<PublishResult> publish) => publish.AsTask().GetAwaiter().GetResult();
}
