using System.Runtime.CompilerServices;
using DomainEvents.TestSupport.Databases;
using DomainEvents.Transactions;

namespace DomainEvents.Tests.Transactions;

[Collection(Alone.Name)]
public class LifetimeTests
{
    [Fact]
    public async Task A_hundred_thousand_rolled_back_transactions_leave_no_residue()
    {
        await using var desk = new Desk();
        await using var outer = desk.Dispatcher.Begin();
        RollBackOften(1_000);
        desk.Dispatcher.Current.Should().BeSameAs(outer);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        RollBackOften(100_000);

        (GC.GetTotalMemory(forceFullCollection: true) - before).Should().BeLessThan(1_000_000);
        await outer.CommitAsync();
        desk.Published.Should().BeEmpty();

        void RollBackOften(int times)
        {
            for (var i = 0; i < times; i++)
            {
                using var transaction = desk.Dispatcher.Begin();
                transaction.OnCommitted(_ => default);
                transaction.Enqueue(new Unheard());
                transaction.Rollback();
            }
        }
    }

    [Fact]
    public async Task A_transaction_disposed_without_a_commit_frees_its_events()
    {
        await using var desk = new Desk();

        var held = HoldAndDispose(desk);

        Collect();
        held.IsAlive.Should().BeFalse();
        GC.KeepAlive(desk);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference HoldAndDispose(Desk desk)
        {
            var held = new Unheard();
            using var transaction = desk.Dispatcher.Begin();
            transaction.Enqueue(held);
            return new WeakReference(held);
        }
    }

    [Fact]
    public async Task A_committed_transaction_frees_its_events_even_while_it_is_referenced()
    {
        await using var desk = new Desk();
        var transaction = desk.Dispatcher.Begin();

        var held = Hold(transaction);
        await transaction.CommitAsync();

        Collect();
        held.IsAlive.Should().BeFalse();
        GC.KeepAlive(transaction);
    }

    [Fact]
    public async Task An_enlisted_transaction_disposed_without_a_commit_is_freed_while_the_connection_lives()
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await using var connection = await database.OpenAsync();

        var held = HoldAndDispose(desk, connection);

        Collect();
        held.IsAlive.Should().BeFalse();

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference HoldAndDispose(Desk desk, System.Data.Common.DbConnection connection)
        {
            using var real = connection.BeginTransaction();
            using var transaction = desk.Dispatcher.Enlist(real);
            return Hold(transaction);
        }
    }

    [Fact]
    public async Task A_scope_that_is_disposed_rolls_back_what_is_still_open_and_reports_it()
    {
        await using var desk = new Desk();
        var outer = desk.Dispatcher.Begin();
        outer.Enqueue(new Noted("outer"));
        var inner = desk.Dispatcher.Begin();
        inner.Enqueue(new Noted("inner"));

        await desk.CloseScopeAsync();

        outer.State.Should().Be(EventTransactionState.RolledBack);
        inner.State.Should().Be(EventTransactionState.RolledBack);
        desk.RolledBack.Should().Equal("inner", "outer");
        desk.Logs.WithId(2009).Should().ContainSingle().Which.Message.Should().StartWith("2 transaction(s)");
    }

    [Fact]
    public async Task A_scope_that_is_disposed_synchronously_leaves_the_work_to_the_background()
    {
        await using var desk = new Desk();
        var scope = desk.OpenScope();
        var dispatcher = (IEventDispatcher)scope.ServiceProvider.GetService(typeof(IEventDispatcher))!;
        var transaction = dispatcher.Begin();
        transaction.Enqueue(new Noted("1"));

        scope.Dispose();
        await dispatcher.WhenIdleAsync();

        transaction.State.Should().Be(EventTransactionState.RolledBack);
        desk.RolledBack.Should().Equal("1");
    }

    [Fact]
    public async Task A_scope_without_open_transactions_is_disposed_in_silence()
    {
        await using var desk = new Desk();
        await using (var transaction = desk.Dispatcher.Begin())
        {
            await transaction.CommitAsync();
        }

        await desk.CloseScopeAsync();

        desk.Logs.WithId(2009).Should().BeEmpty();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Hold(EventTransaction transaction)
    {
        var held = new Unheard();
        transaction.Enqueue(held);
        return new WeakReference(held);
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }

    private sealed record Unheard : DomainEvent;
}
