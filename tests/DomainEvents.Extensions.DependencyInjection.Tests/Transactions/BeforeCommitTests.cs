using DomainEvents.TestSupport;
using DomainEvents.TestSupport.Databases;
using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Tests.Transactions;

public class BeforeCommitTests
{
    [Fact]
    public async Task They_run_in_the_scope_of_the_one_who_commits()
    {
        await using var desk = new Desk();
        IEventDispatcher? seen = null;
        desk.BeforeCommit = (_, services, _) =>
        {
            seen = services.GetRequiredService<IEventDispatcher>();
            return default;
        };
        await using var transaction = desk.Dispatcher.Begin();
        transaction.Enqueue(new Noted("1"));

        await transaction.CommitAsync();

        seen.Should().BeSameAs(desk.Dispatcher);
    }

    [Fact]
    public async Task They_run_one_after_the_other()
    {
        await using var desk = new Desk(builder => builder.AddHandler<SecondBeforeCommitHandler>());
        var first = new TaskCompletionSource();
        desk.BeforeCommit = async (_, _, _) => await first.Task;
        await using var transaction = desk.Dispatcher.Begin();
        transaction.Enqueue(new Noted("1"));

        var commit = transaction.CommitAsync().AsTask();
        desk.Journal.All.Should().Equal("before 1");
        first.SetResult();
        await commit.Soon();

        desk.Journal.All.Should().Equal("before 1", "second 1", "after 1", "completed 1");
    }

    [Theory, BothWays]
    public async Task A_failure_reaches_the_committer_as_it_is_and_rolls_back(How how)
    {
        await using var desk = new Desk(builder => builder.AddHandler<SecondBeforeCommitHandler>());
        var failure = new ApplicationException("sold out");
        desk.BeforeCommit = (_, _, _) => throw failure;
        await using var transaction = desk.Dispatcher.Begin();
        var noted = new Noted("1");
        transaction.Enqueue(noted);
        transaction.OnRolledBack(desk.Callback("rolled back"));

        (await transaction.Awaiting(t => how.CommitAsync(t)).Should().ThrowAsync<ApplicationException>()).Which.Should().BeSameAs(failure);
        await desk.IdleAsync();

        transaction.State.Should().Be(EventTransactionState.RolledBack);
        desk.Journal.All.Should().Equal("before 1", "rolled back 1", "completed 1", "callback rolled back");
        desk.Logs.WithId(2012).Should().ContainSingle().Which.Message.Should().Contain("before").And.Contain(noted.EventId.ToString());
    }

    [Fact]
    public async Task Events_that_they_raise_are_handled_before_the_commit_too()
    {
        await using var desk = new Desk();
        desk.BeforeCommit = async (noted, services, token) =>
        {
            if (noted.Text.Length < 3)
            {
                await services.GetRequiredService<IEventDispatcher>().PublishAsync(new Noted(noted.Text + "!"), token);
            }
        };
        await using var transaction = desk.Dispatcher.Begin();
        transaction.Enqueue(new Noted("a"));
        transaction.Enqueue(new Noted("b"));

        await transaction.CommitAsync();

        desk.Checked.Should().Equal("a", "b", "a!", "b!", "a!!", "b!!");
        desk.Published.Should().Equal("a", "b", "a!", "b!", "a!!", "b!!");
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(4, false)]
    public async Task Rounds_are_bounded(int rounds, bool succeeds)
    {
        await using var desk = new Desk(builder => builder.ConfigureTransactions(options => options.MaxBeforeCommitRounds = 3));
        desk.BeforeCommit = async (noted, _, _) =>
        {
            if (noted.Text.Length < rounds)
            {
                await desk.NoteAsync(noted.Text + "!");
            }
        };
        await using var transaction = desk.Dispatcher.Begin();
        transaction.Enqueue(new Noted("a"));

        var commit = transaction.Awaiting(t => t.CommitAsync());
        if (succeeds)
        {
            await commit.Should().NotThrowAsync();
        }
        else
        {
            await commit.Should().ThrowAsync<InvalidOperationException>().WithMessage("*Noted*3 rounds*MaxBeforeCommitRounds*");
        }

        transaction.State.Should().Be(succeeds ? EventTransactionState.Committed : EventTransactionState.RolledBack);
        desk.Published.Should().HaveCount(succeeds ? 3 : 0);
    }

    [Fact]
    public async Task An_inner_transaction_of_theirs_joins_the_commit()
    {
        await using var desk = new Desk();
        desk.BeforeCommit = async (noted, _, token) =>
        {
            if (noted.Text == "1")
            {
                await using var inner = desk.Dispatcher.Begin();
                await desk.NoteAsync("2");
                await inner.CommitAsync(token);
            }
        };
        await using var transaction = desk.Dispatcher.Begin();
        transaction.Enqueue(new Noted("1"));

        await transaction.CommitAsync();

        desk.Checked.Should().Equal("1", "2");
        desk.Published.Should().Equal("1", "2");
    }

    [Fact]
    public async Task An_inner_transaction_that_they_leave_open_fails_the_commit()
    {
        await using var desk = new Desk();
        desk.BeforeCommit = (_, _, _) =>
        {
            desk.Dispatcher.Begin();
            return default;
        };
        await using var transaction = desk.Dispatcher.Begin();
        transaction.Enqueue(new Noted("1"));

        await transaction.Awaiting(t => t.CommitAsync()).Should().ThrowAsync<InvalidOperationException>().WithMessage("*opened inside it*");

        transaction.State.Should().Be(EventTransactionState.RolledBack);
        desk.Dispatcher.Current.Should().BeNull();
        desk.Published.Should().BeEmpty();
    }

    [Fact]
    public async Task They_cannot_complete_the_transaction_that_they_run_in()
    {
        await using var desk = new Desk();
        EventTransaction transaction = null!;
        desk.BeforeCommit = async (_, _, _) =>
        {
            await transaction.Awaiting(t => t.CommitAsync()).Should().ThrowAsync<InvalidOperationException>().WithMessage("*being committed*");
            await transaction.Awaiting(t => t.RollbackAsync()).Should().ThrowAsync<InvalidOperationException>().WithMessage("*by throwing*");
            transaction.Invoking(t => t.CreateSavepoint("a")).Should().Throw<InvalidOperationException>().WithMessage("*being committed*");
            await transaction.DisposeAsync();
        };
        transaction = desk.Dispatcher.Begin();
        transaction.Enqueue(new Noted("1"));

        await transaction.CommitAsync();

        transaction.State.Should().Be(EventTransactionState.Committed);
        desk.Published.Should().Equal("1");
    }

    [Fact]
    public async Task Callbacks_that_they_register_run_after_the_commit()
    {
        await using var desk = new Desk();
        desk.BeforeCommit = (_, _, _) =>
        {
            desk.Dispatcher.OnCommitted(desk.Callback("of before"));
            return default;
        };
        await using var transaction = desk.Dispatcher.Begin();
        transaction.Enqueue(new Noted("1"));

        await transaction.CommitAsync();

        desk.Journal.All.Should().Equal("before 1", "after 1", "completed 1", "callback of before");
    }

    [Fact]
    public async Task A_synchronous_commit_cannot_wait_for_one_and_names_it_and_the_way_out()
    {
        await using var desk = new Desk();
        var never = new TaskCompletionSource();
        desk.BeforeCommit = async (_, _, _) => await never.Task;
        await using var transaction = desk.Dispatcher.Begin();
        transaction.Enqueue(new Noted("1"));

        transaction.Invoking(t => t.Commit()).Should().Throw<InvalidOperationException>().WithMessage("*handler before*CommitAsync*");
        never.SetResult();
        await desk.IdleAsync();

        transaction.State.Should().Be(EventTransactionState.RolledBack);
        desk.Journal.All.Should().Equal("before 1", "rolled back 1", "completed 1");
    }

    [Fact]
    public async Task A_synchronous_commit_runs_those_that_complete_synchronously()
    {
        await using var desk = new Desk();
        await using var transaction = desk.Dispatcher.Begin();
        transaction.Enqueue(new Noted("1"));

        transaction.Commit();
        desk.Checked.Should().Equal("1");
        await desk.IdleAsync();

        desk.Published.Should().Equal("1");
    }

    [Fact]
    public async Task They_run_without_a_synchronization_context_and_the_committer_keeps_its_own()
    {
        await using var desk = new Desk();
        SynchronizationContext? seen = null;
        desk.BeforeCommit = (_, _, _) =>
        {
            seen = SynchronizationContext.Current;
            return default;
        };
        var before = SynchronizationContext.Current;
        var own = new SynchronizationContext();
        SynchronizationContext.SetSynchronizationContext(own);
        try
        {
            var transaction = desk.Dispatcher.Begin();
            transaction.Enqueue(new Noted("1"));
            transaction.Commit();
            SynchronizationContext.Current.Should().BeSameAs(own);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }

        seen.Should().BeNull();
        await desk.IdleAsync();
    }

    [Fact]
    public async Task They_are_observed_like_all_handlers()
    {
        await using var desk = new Desk();
        var spans = new List<string>();
        using var listener = new System.Diagnostics.ActivityListener
        {
            ShouldListenTo = source => source.Name == "DomainEvents",
            Sample = (ref System.Diagnostics.ActivityCreationOptions<System.Diagnostics.ActivityContext> _) => System.Diagnostics.ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.GetTagItem("messaging.message.id") is string id)
                {
                    lock (spans)
                    {
                        spans.Add($"{id} {activity.GetTagItem("messaging.consumer.group.name")}");
                    }
                }
            },
        };
        System.Diagnostics.ActivitySource.AddActivityListener(listener);
        var noted = new Noted("1");
        await using var transaction = desk.Dispatcher.Begin();
        transaction.Enqueue(noted);

        await transaction.CommitAsync();

        lock (spans)
        {
            spans.Where(span => span.StartsWith(noted.EventId.ToString(), StringComparison.Ordinal)).Should().Equal(
                $"{noted.EventId} before", $"{noted.EventId} after", $"{noted.EventId} completed");
        }
    }

    [TransactionPhase(TransactionPhase.BeforeCommit)]
    private sealed class SecondBeforeCommitHandler(Desk desk) : IEventHandler<Noted>
    {
        public ValueTask HandleAsync(Noted domainEvent, CancellationToken cancellationToken)
        {
            desk.Journal.Add("second", domainEvent.Text);
            return default;
        }
    }
}
