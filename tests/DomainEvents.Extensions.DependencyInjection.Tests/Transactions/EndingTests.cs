using DomainEvents.TestSupport;
using DomainEvents.TestSupport.Databases;
using DomainEvents.Transactions;

namespace DomainEvents.Tests.Transactions;

/// <summary>What a review broke once.</summary>
public class EndingTests
{
    [Fact]
    public async Task After_a_native_rollback_the_next_transaction_of_the_scope_publishes_its_own_events_only()
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await using var connection = await database.OpenAsync();
        EventTransaction lost;
        await using (var real = await connection.BeginTransactionAsync())
        {
            lost = desk.Dispatcher.Enlist(real);
            await desk.NoteAsync("lost");
            await real.RollbackAsync();
        }

        await using (var real = await connection.BeginTransactionAsync())
        await using (var retry = desk.Dispatcher.Enlist(real))
        {
            await desk.NoteAsync("retried");
            await retry.CommitAsync();
        }

        desk.Published.Should().Equal("retried");
        lost.State.Should().Be(EventTransactionState.InDoubt);
        desk.Logs.WithId(2006).Should().ContainSingle();
    }

    [Fact]
    public async Task An_inner_database_that_fails_to_roll_back_does_not_keep_the_outer_one_from_it()
    {
        await using var desk = new Desk();
        await using var first = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await using var second = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await using var outerConnection = await first.OpenAsync();
        await using var innerConnection = await second.OpenAsync();
        await using var outerReal = new InterceptedTransaction(await outerConnection.BeginTransactionAsync());
        await using var innerReal = new InterceptedTransaction(await innerConnection.BeginTransactionAsync())
        {
            OnRollback = () => throw new IOException("gone"),
        };
        var outer = desk.Dispatcher.Enlist(outerReal);
        desk.Dispatcher.Enlist(innerReal);

        await outer.Awaiting(transaction => transaction.RollbackAsync().AsTask()).Should().ThrowAsync<IOException>();

        outerReal.Rollbacks.Should().Be(1);
        outer.State.Should().Be(EventTransactionState.RolledBack);
    }

    [Fact]
    public async Task A_rollback_with_a_cancelled_token_does_nothing_and_disposing_still_rolls_back()
    {
        await using var desk = new Desk();
        var transaction = desk.Dispatcher.Begin();
        await desk.NoteAsync("1");

        await transaction.Awaiting(t => t.RollbackAsync(new CancellationToken(canceled: true)).AsTask())
            .Should().ThrowAsync<OperationCanceledException>();

        transaction.State.Should().Be(EventTransactionState.Active);
        await transaction.DisposeAsync();
        desk.RolledBack.Should().Equal("1");
    }

    [Fact]
    public async Task The_phase_of_a_base_class_counts_for_the_classes_derived_from_it()
    {
        await using var desk = new Desk(builder => builder.AddHandler<DerivedGuard>());
        await using var transaction = desk.Dispatcher.Begin();
        await desk.NoteAsync("1");

        await transaction.Awaiting(t => t.CommitAsync().AsTask()).Should().ThrowAsync<ApplicationException>();

        desk.Published.Should().BeEmpty();
    }

    [Fact]
    public async Task A_transaction_that_runs_itself_again_and_again_keeps_none_of_its_predecessors_alive()
    {
        await using var desk = new Desk();
        var ended = new TaskCompletionSource();
        WeakReference? second = null;

        Begin(1);
        await ended.Task.Soon();
        await desk.IdleAsync();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        second!.IsAlive.Should().BeFalse();

        void Begin(int run)
        {
            using var transaction = desk.Dispatcher.Begin();
            var payload = new object();
            if (run == 2)
            {
                second = new WeakReference(payload);
            }

            transaction.OnCommitted(_ =>
            {
                GC.KeepAlive(payload);
                if (run == 100)
                {
                    ended.SetResult();
                }
                else
                {
                    Begin(run + 1);
                }

                return default;
            });
            transaction.Commit();
        }
    }

    [TransactionPhase(TransactionPhase.BeforeCommit)]
    internal abstract class Guard : IEventHandler<Noted>
    {
        public ValueTask HandleAsync(Noted domainEvent, CancellationToken cancellationToken) => throw new ApplicationException("no");
    }

    internal sealed class DerivedGuard : Guard;
}
