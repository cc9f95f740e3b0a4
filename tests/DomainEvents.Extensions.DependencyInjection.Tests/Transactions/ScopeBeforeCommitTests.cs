using System.Transactions;
using DomainEvents.TestSupport;
using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Tests.Transactions;

/// <summary>Before-commit handlers in ambient transactions, which offer no moment before their commit.</summary>
public class ScopeBeforeCommitTests
{
    [Fact]
    public async Task They_run_inside_the_publish()
    {
        await using var desk = new Desk();
        Transaction? seen = null;
        desk.BeforeCommit = async (_, services, _) =>
        {
            await Task.Yield();
            seen = Transaction.Current;
            services.GetRequiredService<IEventDispatcher>().Should().BeSameAs(desk.Dispatcher);
        };
        using var scope = Scopes.Open();

        await desk.NoteAsync("1");

        seen.Should().Be(Transaction.Current);
        desk.Journal.All.Should().Equal("before 1");
    }

    [Fact]
    public async Task Their_failure_reaches_the_publisher_and_rolls_the_ambient_transaction_back()
    {
        await using var desk = new Desk();
        var failure = new ApplicationException("sold out");
        desk.BeforeCommit = (_, _, _) => throw failure;
        var scope = Scopes.Open();

        (await desk.Awaiting(d => d.NoteAsync("1")).Should().ThrowAsync<ApplicationException>()).Which.Should().BeSameAs(failure);
        scope.Complete();
        scope.Invoking(s => s.Dispose()).Should().Throw<TransactionAbortedException>().WithInnerException<ApplicationException>();
        await desk.IdleAsync();

        desk.Journal.All.Should().Equal("before 1", "rolled back 1", "completed 1");
    }

    [Fact]
    public async Task A_listener_that_throws_at_that_rollback_does_not_hide_their_failure()
    {
        await using var desk = new Desk();
        desk.BeforeCommit = (_, _, _) => throw new ApplicationException("sold out");
        var scope = Scopes.Open();
        Transaction.Current!.TransactionCompleted += (_, _) => throw new NotSupportedException("of the listener");

        await desk.Awaiting(d => d.NoteAsync("1")).Should().ThrowAsync<ApplicationException>();
        scope.Dispose();
        await desk.IdleAsync();

        desk.RolledBack.Should().Equal("1");
        desk.Logs.WithId(2005).Should().ContainSingle().Which.Exception.Should().BeOfType<NotSupportedException>();
    }

    [Fact]
    public async Task A_failure_after_the_transaction_was_rolled_back_reaches_the_publisher_too()
    {
        await using var desk = new Desk();
        desk.BeforeCommit = (_, _, _) =>
        {
            Transaction.Current!.Rollback();
            throw new ApplicationException("sold out");
        };
        var scope = Scopes.Open();

        await desk.Awaiting(d => d.NoteAsync("1")).Should().ThrowAsync<ApplicationException>();
        scope.Dispose();
        await desk.IdleAsync();

        desk.RolledBack.Should().Equal("1");
    }

    [Fact]
    public async Task What_they_raise_is_handled_in_the_same_publish()
    {
        await using var desk = new Desk();
        desk.BeforeCommit = async (noted, services, token) =>
        {
            if (noted.Text.Length < 3)
            {
                var dispatcher = services.GetRequiredService<IEventDispatcher>();
                (await dispatcher.PublishAsync(new Noted(noted.Text + "!"), token)).Should().Be(default(PublishResult));
            }
        };
        using (var scope = Scopes.Open())
        {
            await desk.NoteAsync("a");
            desk.Checked.Should().Equal("a", "a!", "a!!");
            scope.Complete();
        }

        await desk.IdleAsync();
        desk.Published.Should().Equal("a", "a!", "a!!");
    }

    [Fact]
    public async Task Their_rounds_are_bounded()
    {
        await using var desk = new Desk();
        desk.BeforeCommit = async (noted, services, token) =>
            await services.GetRequiredService<IEventDispatcher>().PublishAsync(new Noted("again"), token);
        var scope = Scopes.Open();

        await desk.Awaiting(d => d.NoteAsync("1")).Should().ThrowAsync<InvalidOperationException>().WithMessage("*16 rounds*");
        Transaction.Current!.TransactionInformation.Status.Should().Be(TransactionStatus.Aborted);
        scope.Dispose();
        await desk.IdleAsync();

        desk.Published.Should().BeEmpty();
    }

    [Fact]
    public async Task The_token_of_the_publish_reaches_them_but_not_the_after_commit_handlers()
    {
        await using var desk = new Desk();
        using var request = new CancellationTokenSource();
        var tokens = new List<CancellationToken>();
        desk.BeforeCommit = desk.AfterCommit = (_, _, token) =>
        {
            tokens.Add(token);
            return default;
        };
        using (var scope = Scopes.Open())
        {
            await desk.Dispatcher.PublishAsync(new Noted("1"), request.Token);
            await request.CancelAsync();
            scope.Complete();
        }

        await desk.IdleAsync();
        tokens.Should().HaveCount(2);
        tokens[0].Should().Be(request.Token);
        tokens[1].IsCancellationRequested.Should().BeFalse();
    }

    [Fact]
    public async Task An_event_published_beside_a_running_one_is_handled_one_after_the_other()
    {
        await using var desk = new Desk();
        var go = new TaskCompletionSource();
        desk.BeforeCommit = async (noted, _, _) =>
        {
            if (noted.Text == "1")
            {
                await go.Task;
            }
        };
        using (var scope = Scopes.Open())
        {
            var first = desk.NoteAsync("1").AsTask();
            await desk.NoteAsync("2").Soon();
            desk.Checked.Should().Equal("1");
            go.SetResult();
            await first.Soon();
            scope.Complete();
        }

        await desk.IdleAsync();
        desk.Checked.Should().Equal("1", "2");
        desk.Published.Should().Equal("1", "2");
    }
}
