using DomainEvents.TestSupport;
using DomainEvents.TestSupport.Databases;
using DomainEvents.Transactions;
using Microsoft.Extensions.Logging;

namespace DomainEvents.Tests.Transactions;

public class CallbackTests
{
    [Theory, BothWays]
    public async Task A_callback_that_registers_another_runs_it_next(How how)
    {
        await using var desk = new Desk();
        await using var transaction = desk.Dispatcher.Begin();
        foreach (var number in new[] { "1", "2" })
        {
            transaction.OnCommitted(async token =>
            {
                await desk.Callback(number)(token);
                desk.Dispatcher.OnCommitted(desk.Callback(number + " and another"));
            });
        }

        await how.CommitAsync(transaction);
        await desk.IdleAsync();

        desk.Journal.Of("callback").Should().Equal("1", "1 and another", "2", "2 and another");
    }

    [Fact]
    public async Task Registered_while_running_means_the_order_1_11_2_12()
    {
        await using var desk = new Desk();
        await using var transaction = desk.Dispatcher.Begin();
        foreach (var number in new[] { 1, 2 })
        {
            transaction.OnCommitted(async token =>
            {
                await desk.Callback($"{number}")(token);
                desk.Dispatcher.OnCommitted(desk.Callback($"{number + 10}"));
            });
        }

        await transaction.CommitAsync();

        desk.Journal.Of("callback").Should().Equal("1", "11", "2", "12");
    }

    [Fact]
    public async Task Under_the_throw_policy_a_callback_may_still_register_another()
    {
        await using var desk = Desk.WithThrowPolicy();
        await using var transaction = desk.Dispatcher.Begin();
        transaction.OnCommitted(_ =>
        {
            desk.Dispatcher.OnCommitted(desk.Callback("11"));
            return default;
        });

        await transaction.CommitAsync();

        desk.Journal.All.Should().Equal("callback 11");
    }

    [Theory, BothWays]
    public async Task A_callback_that_throws_is_logged_by_name_and_the_others_run(How how)
    {
        await using var desk = new Desk();
        var failure = new InvalidOperationException("no paper");
        await using var transaction = desk.Dispatcher.Begin();
        transaction.OnCommitted(desk.Callback("1"));
        transaction.OnCommitted(_ => throw failure, "print the receipt");
        transaction.OnCommitted(async _ =>
        {
            await Task.Yield();
            throw failure;
        });
        transaction.Enqueue(new Noted("2"));
        transaction.OnCommitted(desk.Callback("3"));

        await how.CommitAsync(transaction);
        await desk.IdleAsync();

        transaction.State.Should().Be(EventTransactionState.Committed);
        desk.Journal.All.Should().Equal("before 2", "callback 1", "after 2", "completed 2", "callback 3");
        var logged = desk.Logs.WithId(2002);
        logged.Should().HaveCount(2).And.OnlyContain(entry => entry.Level == LogLevel.Error && entry.Exception == failure);
        logged[0].Message.Should().Contain("print the receipt");
        logged[1].State["Callback"].Should().BeOfType<string>().Which.Should().Contain(nameof(A_callback_that_throws_is_logged_by_name_and_the_others_run));
    }

    [Fact]
    public async Task After_a_failing_callback_the_buffer_is_empty_and_the_next_transaction_fine()
    {
        await using var desk = new Desk();
        await using (var transaction = desk.Dispatcher.Begin())
        {
            transaction.OnCommitted(_ => throw new InvalidOperationException());
            await transaction.CommitAsync();
        }

        await using (var transaction = desk.Dispatcher.Begin())
        {
            transaction.OnCommitted(desk.Callback("next"));
            await transaction.CommitAsync();
        }

        desk.Journal.All.Should().Equal("callback next");
        desk.Logs.WithId(2002).Should().ContainSingle();
    }

    [Fact]
    public async Task A_logger_that_throws_stops_no_callback()
    {
        await using var desk = new Desk();
        desk.Logs.OnLog = _ => throw new InvalidOperationException("disk full");
        await using var transaction = desk.Dispatcher.Begin();
        transaction.OnCommitted(_ => throw new InvalidOperationException());
        transaction.OnCommitted(desk.Callback("2"));

        await transaction.CommitAsync();

        desk.Journal.All.Should().Equal("callback 2");
    }

    [Fact]
    public async Task A_callback_may_publish_and_open_its_own_transaction()
    {
        await using var desk = new Desk();
        await using var transaction = desk.Dispatcher.Begin();
        transaction.OnCommitted(async token =>
        {
            desk.Dispatcher.Current.Should().BeNull();
            await desk.NoteAsync("at once");
            await using var own = desk.Dispatcher.Begin();
            await desk.NoteAsync("of its own");
            desk.Published.Should().Equal("at once");
            desk.Dispatcher.OnCommitted(desk.Callback("of its own"));
            await own.CommitAsync(token);
        });
        transaction.OnCommitted(desk.Callback("2"));

        await transaction.CommitAsync();

        desk.Published.Should().Equal("at once", "of its own");
        desk.Journal.Of("callback").Should().Equal("of its own", "2");
        desk.Logs.WithId(2002).Should().BeEmpty();
    }

    [Fact]
    public async Task A_callback_in_the_background_is_not_drawn_into_the_next_transaction()
    {
        await using var desk = new Desk();
        var go = new TaskCompletionSource();
        using (var first = desk.Dispatcher.Begin())
        {
            first.OnCommitted(async token =>
            {
                await go.Task;
                await desk.NoteAsync("of the callback");
                desk.Dispatcher.OnCommitted(desk.Callback("of the callback"));
                await using var own = desk.Dispatcher.Begin();
                own.Enqueue(new Noted("of its own"));
                await own.CommitAsync(token);
            });
            first.Commit();
        }

        var second = desk.Dispatcher.Begin();
        await desk.NoteAsync("of the second transaction");
        go.SetResult();
        await desk.IdleAsync();
        desk.Dispatcher.Current.Should().BeSameAs(second);
        await second.RollbackAsync();

        desk.Published.Should().Equal("of the callback", "of its own");
        desk.Journal.Of("callback").Should().Equal("of the callback");
        desk.RolledBack.Should().Equal("of the second transaction");
    }

    [Fact]
    public async Task A_handler_may_register_callbacks_and_publish_in_its_own_scope()
    {
        await using var desk = new Desk();
        desk.AfterCommit = async (noted, services, token) =>
        {
            if (noted.Text == "1")
            {
                var own = (IEventDispatcher)services.GetService(typeof(IEventDispatcher))!;
                own.OnCommitted(desk.Callback("of the handler"));
                await own.PublishAsync(new Noted("2"), token);
                await own.WhenIdleAsync(token).Soon();
            }
        };
        await using var transaction = desk.Dispatcher.Begin();
        transaction.Enqueue(new Noted("1"));

        await transaction.CommitAsync();

        desk.Published.Should().Equal("1", "2");
        desk.Journal.Of("callback").Should().Equal("of the handler");
    }

    [Fact]
    public async Task With_no_transaction_a_committed_callback_runs_in_the_background_and_a_rolled_back_one_is_dropped()
    {
        await using var desk = new Desk();
        var go = new TaskCompletionSource();
        desk.Dispatcher.OnCommitted(async token =>
        {
            await go.Task;
            await desk.Callback("committed")(token);
        });
        desk.Dispatcher.OnRolledBack(desk.Callback("rolled back"));

        desk.Journal.All.Should().BeEmpty();
        go.SetResult();
        await desk.IdleAsync();

        desk.Journal.All.Should().Equal("callback committed");
    }

    [Fact]
    public async Task Committed_callbacks_run_only_after_a_commit_and_rolled_back_ones_only_after_a_rollback()
    {
        await using var desk = new Desk();
        foreach (var commits in new[] { true, false })
        {
            await using var transaction = desk.Dispatcher.Begin();
            transaction.OnCommitted(desk.Callback("committed"));
            transaction.OnRolledBack(desk.Callback("rolled back"));
            await (commits ? (Task)transaction.CommitAsync().AsTask() : transaction.RollbackAsync().AsTask());
        }

        desk.Journal.All.Should().Equal("callback committed", "callback rolled back");
    }

    [Fact]
    public async Task Callbacks_run_one_at_a_time()
    {
        await using var desk = new Desk();
        var go = new TaskCompletionSource();
        await using var transaction = desk.Dispatcher.Begin();
        transaction.OnCommitted(async token =>
        {
            await go.Task;
            await desk.Callback("1")(token);
        });
        transaction.OnCommitted(desk.Callback("2"));

        var commit = transaction.CommitAsync().AsTask();
        desk.Journal.All.Should().BeEmpty();
        go.SetResult();
        await commit.Soon();

        desk.Journal.All.Should().Equal("callback 1", "callback 2");
    }
}
