using System.Transactions;
using DomainEvents.TestSupport;
using DomainEvents.Transactions;

namespace DomainEvents.Tests.Transactions;

/// <summary>The many ways in which an ambient transaction ends.</summary>
[Collection(Alone.Name)]
public class ScopeCompletionTests
{
    [Fact]
    public async Task A_pending_dependent_clone_delays_the_events()
    {
        await using var desk = new Desk();
        var scope = Scopes.Open();
        await desk.NoteAsync("1");
        var clone = Transaction.Current!.DependentClone(DependentCloneOption.BlockCommitUntilComplete);
        scope.Complete();
        var disposal = Task.Factory.StartNew(scope.Dispose, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        // The commit waits for the clone, so nothing is published whenever we look.
        desk.Published.Should().BeEmpty();
        disposal.IsCompleted.Should().BeFalse();
        clone.Complete();
        await disposal.Soon();
        await desk.IdleAsync();

        desk.Published.Should().Equal("1");
    }

    [Fact]
    public async Task A_dependent_clone_that_is_rolled_back_publishes_none()
    {
        await using var desk = new Desk();
        var scope = Scopes.Open();
        await desk.NoteAsync("1");
        Transaction.Current!.DependentClone(DependentCloneOption.RollbackIfNotComplete).Rollback();
        scope.Complete();

        scope.Invoking(s => s.Dispose()).Should().Throw<TransactionAbortedException>();
        await desk.IdleAsync();

        desk.Published.Should().BeEmpty();
        desk.RolledBack.Should().Equal("1");
    }

    [Fact]
    public async Task Clones_are_one_transaction_with_one_buffer()
    {
        await using var desk = new Desk();
        using var transaction = new CommittableTransaction();
        using (var first = new TransactionScope(transaction.Clone(), TransactionScopeAsyncFlowOption.Enabled))
        {
            await desk.NoteAsync("1");
            first.Complete();
        }

        using (var second = new TransactionScope(transaction.DependentClone(DependentCloneOption.RollbackIfNotComplete), TransactionScopeAsyncFlowOption.Enabled))
        {
            await desk.NoteAsync("2");
            second.Complete();
        }

        desk.Published.Should().BeEmpty();
        transaction.Rollback();
        await desk.IdleAsync();

        desk.RolledBack.Should().Equal("1", "2");
    }

    [Fact]
    public async Task A_timeout_in_the_middle_publishes_none_and_later_events_fail_loudly()
    {
        await using var desk = new Desk();
        var timedOut = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var scope = new TransactionScope(TransactionScopeOption.Required, TimeSpan.FromMilliseconds(50), TransactionScopeAsyncFlowOption.Enabled);
        await desk.NoteAsync("1");
        Transaction.Current!.TransactionCompleted += (_, _) => timedOut.SetResult();
        await timedOut.Task.Soon();

        await desk.Awaiting(d => d.NoteAsync("2")).Should().ThrowAsync<TransactionException>().WithMessage("*already ended*TransactionScope*");
        desk.Dispatcher.Invoking(d => d.Begin()).Should().Throw<TransactionException>();
        scope.Complete();
        scope.Invoking(s => s.Dispose()).Should().Throw<TransactionAbortedException>();
        await desk.IdleAsync();

        desk.Published.Should().BeEmpty();
        desk.RolledBack.Should().Equal("1");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_dead_transaction_refuses_events(bool committed)
    {
        await using var desk = new Desk();
        using var transaction = new CommittableTransaction();
        Transaction.Current = transaction;
        try
        {
            await desk.NoteAsync("1");
            if (committed)
            {
                transaction.Commit();
            }
            else
            {
                transaction.Rollback();
            }

            desk.Invoking(d => d.NoteAsync("2")).Should().Throw<TransactionException>();
        }
        finally
        {
            Transaction.Current = null;
        }

        await desk.IdleAsync();
        desk.Published.Should().Equal(committed ? ["1"] : []);
        desk.RolledBack.Should().Equal(committed ? [] : ["1"]);
    }

    [Theory]
    [InlineData("idle")]
    [InlineData("next use")]
    [InlineData("disposal")]
    public async Task A_listener_that_throws_before_ours_does_not_hide_the_commit(string looking)
    {
        await using var desk = new Desk();
        var scope = Scopes.Open();
        Transaction.Current!.TransactionCompleted += (_, _) => throw new ApplicationException("of the listener");
        await desk.NoteAsync("1");
        scope.Complete();
        scope.Invoking(s => s.Dispose()).Should().Throw<ApplicationException>();
        desk.Published.Should().BeEmpty();

        switch (looking)
        {
            case "next use":
                desk.Dispatcher.OnRolledBack(desk.Callback("dropped"));
                break;
            case "disposal":
                await desk.CloseScopeAsync();
                break;
        }

        await desk.IdleAsync();
        desk.Published.Should().Equal("1");
    }

    [Fact]
    public async Task A_failure_of_ours_does_not_escape_from_the_users_scope()
    {
        await using var desk = new Desk();
        var source = new BrokenSource();
        using (var scope = Scopes.Open())
        {
            await desk.Dispatcher.PublishFromAsync(source);
            source.IsBroken = true;
            scope.Complete();
        }

        await desk.IdleAsync();
        desk.Published.Should().Equal("1");
        desk.Logs.WithId(2008).Should().ContainSingle();
    }

    [Fact]
    public async Task An_outcome_that_nobody_knows_publishes_nothing_and_is_reported()
    {
        await using var desk = new Desk();
        var scope = Scopes.Open();
        Transaction.Current!.EnlistPromotableSinglePhase(new LostResource()).Should().BeTrue();
        await desk.NoteAsync("1");
        desk.Dispatcher.OnCommitted(desk.Callback("committed"));
        desk.Dispatcher.OnRolledBack(desk.Callback("rolled back"));
        scope.Complete();

        scope.Invoking(s => s.Dispose()).Should().Throw<TransactionInDoubtException>();
        await desk.IdleAsync();

        desk.Journal.All.Should().Equal("before 1", "completed 1");
        desk.Logs.WithId(2004).Should().ContainSingle();
    }

    [Fact]
    public async Task Twenty_thousand_scopes_leave_no_residue_in_one_dispatcher()
    {
        await using var desk = new Desk();
        await RunAsync(1_000);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        await RunAsync(20_000);

        (GC.GetTotalMemory(forceFullCollection: true) - before).Should().BeLessThan(1_000_000);

        async Task RunAsync(int times)
        {
            for (var i = 0; i < times; i++)
            {
                using var scope = Scopes.Open();
                await desk.Dispatcher.PublishAsync(new Unheard());
            }
        }
    }

    private sealed record Unheard : DomainEvent;

    private sealed class LostResource : IPromotableSinglePhaseNotification
    {
        public void Initialize()
        {
            // Nothing to prepare.
        }

        public byte[] Promote() => throw new NotSupportedException();

        public void Rollback(SinglePhaseEnlistment singlePhaseEnlistment) => singlePhaseEnlistment.Aborted();

        public void SinglePhaseCommit(SinglePhaseEnlistment singlePhaseEnlistment) => singlePhaseEnlistment.InDoubt();
    }

    private sealed class BrokenSource : IHasDomainEvents
    {
        private readonly Noted _noted = new("1");

        public bool IsBroken { get; set; }

        public IReadOnlyList<IDomainEvent> DomainEvents => IsBroken ? throw new NotSupportedException() : [_noted];

        public IReadOnlyList<IDomainEvent> PullDomainEvents() => DomainEvents;
    }
}
