using DomainEvents.TestSupport;
using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Tests.Companion;

/// <summary>A queue with one place and one worker.</summary>
public sealed class QueueBoundTests : IAsyncDisposable
{
    private readonly Gate _gate = new();
    private readonly ServiceProvider _services = Containers.Build(services => services.AddDomainEvents()
        .AddBackgroundDispatch(options => (options.Capacity, options.MaxConcurrency) = (1, 1)));

    public async ValueTask DisposeAsync()
    {
        _gate.Open();
        await _services.DisposeAsync();
    }

    [Fact]
    public async Task A_commit_waits_while_the_queue_is_full()
    {
        using var subscription = _services.Bus().Subscribe<OrderPlaced>((_, token) => _gate.PassAsync(token));
        await FillAsync();

        var waiting = _services.CommitAsync(new OrderPlaced());

        waiting.IsCompleted.Should().BeFalse();
        _gate.Open();
        (await waiting.Soon()).Should().Be(default(PublishResult));
    }

    [Fact]
    public async Task A_commit_that_waits_is_committed()
    {
        using var subscription = _services.Bus().Subscribe<OrderPlaced>((_, token) => _gate.PassAsync(token));
        await FillAsync();
        await using var scope = _services.CreateAsyncScope();
        var transaction = scope.ServiceProvider.GetRequiredService<IEventDispatcher>().Begin();
        transaction.Enqueue(new OrderPlaced());

        var waiting = transaction.CommitAsync().AsTask();

        waiting.IsCompleted.Should().BeFalse();
        transaction.State.Should().Be(EventTransactionState.Committed);
        _gate.Open();
        await waiting.Soon();
    }

    [Fact]
    public async Task Synchronous_commits_do_not_wait_and_go_above_the_bound()
    {
        const int Commits = 20;
        using var done = new CountdownEvent(Commits);
        using var subscription = _services.Bus().Subscribe<OrderPlaced>(async (_, token) =>
        {
            await _gate.PassAsync(token);
        });
        using var other = _services.Bus().Subscribe<OrderShipped>((_, _) =>
        {
            done.Signal();
            return default;
        });
        await FillAsync();

        await Task.Run(() =>
        {
            for (var i = 0; i < Commits; i++)
            {
                _services.Commit(new OrderShipped());
            }
        }).Soon();

        done.CurrentCount.Should().Be(Commits, "the only worker is busy");
        _gate.Open();
        await Task.Run(() => done.Wait(Signals.Timeout)).Soon();
        done.CurrentCount.Should().Be(0);
    }

    [Fact]
    public async Task The_worker_itself_commits_and_publishes_without_waiting_for_room()
    {
        var done = new TaskCompletionSource();
        using var outer = _services.Bus().Subscribe<OrderPlaced>(async (placed, token) =>
        {
            await _gate.PassAsync(token);
            if (placed.Number == 1)
            {
                for (var i = 0; i < 3; i++)
                {
                    await _services.CommitAsync(new OrderShipped());
                }

                await _services.Bus().PublishAsync(new OrderLost(), token);
            }
        });
        using var inner = _services.Bus().Subscribe<OrderShipped>(async (_, _) => await _services.CommitAsync(new OrderLost()));
        var lost = 0;
        using var innermost = _services.Bus().Subscribe<OrderLost>((_, _) =>
        {
            if (Interlocked.Increment(ref lost) == 4)
            {
                done.SetResult();
            }

            return default;
        });
        await FillAsync();

        _gate.Open();

        await done.Task.Soon();
    }

    [Fact]
    public async Task A_callback_of_the_worker_commits_without_waiting_for_room()
    {
        var done = new TaskCompletionSource();
        await using var scope = _services.CreateAsyncScope();
        var transaction = scope.ServiceProvider.GetRequiredService<IEventDispatcher>().Begin();
        using var subscription = _services.Bus().Subscribe<OrderShipped>((_, _) =>
        {
            done.TrySetResult();
            return default;
        });
        transaction.OnCommitted(async _ =>
        {
            await _services.CommitAsync(new OrderShipped());
            await _services.CommitAsync(new OrderShipped());
        });

        await transaction.CommitAsync().Soon();

        await done.Task.Soon();
    }

    /// <summary>One handler runs, and one more commit has taken the only place.</summary>
    private async Task FillAsync()
    {
        await _services.CommitAsync(new OrderPlaced(1)).Soon();
        await _gate.Entered;
        await _services.CommitAsync(new OrderPlaced(2)).Soon();
    }
}
