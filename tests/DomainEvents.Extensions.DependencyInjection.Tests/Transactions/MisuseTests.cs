using DomainEvents.TestSupport.Databases;
using DomainEvents.Transactions;

namespace DomainEvents.Tests.Transactions;

public class MisuseTests
{
    [Theory]
    [InlineData(EventTransactionState.Committed)]
    [InlineData(EventTransactionState.RolledBack)]
    public async Task Each_use_after_completion_says_how_to_go_on(EventTransactionState state)
    {
        await using var desk = new Desk();
        await using var transaction = desk.Dispatcher.Begin();
        transaction.CreateSavepoint("a");
        await (state == EventTransactionState.Committed ? (Task)transaction.CommitAsync().AsTask() : transaction.RollbackAsync().AsTask());

        Action[] uses =
        [
            () => transaction.Enqueue(new Noted("1")),
            () => transaction.Enqueue(new Notebook()),
            () => transaction.OnCommitted(desk.Callback("1")),
            () => transaction.OnRolledBack(desk.Callback("1")),
            () => transaction.CreateSavepoint("b"),
            () => transaction.RollbackToSavepoint("a"),
            () => transaction.ReleaseSavepoint("a"),
            transaction.Commit,
            () => transaction.CommitAsync().AsTask().GetAwaiter().GetResult(),
        ];

        foreach (var use in uses)
        {
            use.Should().Throw<InvalidOperationException>().WithMessage($"*completed ({state})*Begin or Enlist*");
        }

        transaction.State.Should().Be(state);
        desk.Journal.All.Should().BeEmpty();
    }

    [Theory, BothWays]
    public async Task A_rollback_after_success_is_refused(How how)
    {
        await using var desk = new Desk();
        await using var transaction = desk.Dispatcher.Begin();
        await how.CommitAsync(transaction);

        await transaction.Awaiting(t => how.RollbackAsync(t)).Should().ThrowAsync<InvalidOperationException>().WithMessage("*committed*cannot be rolled back*");
    }

    [Theory, BothWays]
    public async Task A_second_rollback_is_harmless(How how)
    {
        await using var desk = new Desk();
        await using var transaction = desk.Dispatcher.Begin();
        transaction.Enqueue(new Noted("1"));

        await how.RollbackAsync(transaction);
        await how.RollbackAsync(transaction);
        await desk.IdleAsync();

        desk.RolledBack.Should().Equal("1");
    }

    [Fact]
    public async Task Null_is_refused_by_name()
    {
        await using var desk = new Desk();
        await using var transaction = desk.Dispatcher.Begin();

        desk.Dispatcher.Invoking(d => d.PublishAsync(null!)).Should().Throw<ArgumentNullException>().WithParameterName("domainEvent");
        desk.Dispatcher.Invoking(d => d.PublishFromAsync(null!)).Should().Throw<ArgumentNullException>().WithParameterName("source");
        desk.Dispatcher.Invoking(d => d.Enlist(null!)).Should().Throw<ArgumentNullException>().WithParameterName("transaction");
        desk.Dispatcher.Invoking(d => d.OnCommitted(null!)).Should().Throw<ArgumentNullException>().WithParameterName("callback");
        desk.Dispatcher.Invoking(d => d.OnRolledBack(null!)).Should().Throw<ArgumentNullException>().WithParameterName("callback");
        transaction.Invoking(t => t.Enqueue((IDomainEvent)null!)).Should().Throw<ArgumentNullException>().WithParameterName("domainEvent");
        transaction.Invoking(t => t.Enqueue((IHasDomainEvents)null!)).Should().Throw<ArgumentNullException>().WithParameterName("source");
        transaction.Invoking(t => t.OnCommitted(null!)).Should().Throw<ArgumentNullException>().WithParameterName("callback");
        transaction.Invoking(t => t.OnRolledBack(null!)).Should().Throw<ArgumentNullException>().WithParameterName("callback");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task A_savepoint_without_a_name_is_refused(string? name)
    {
        await using var desk = new Desk();
        await using var transaction = desk.Dispatcher.Begin();

        transaction.Invoking(t => t.CreateSavepoint(name!)).Should().Throw<ArgumentException>().WithParameterName(nameof(name));
        transaction.Invoking(t => t.RollbackToSavepoint(name!)).Should().Throw<ArgumentException>().WithParameterName(nameof(name));
        transaction.Invoking(t => t.ReleaseSavepoint(name!)).Should().Throw<ArgumentException>().WithParameterName(nameof(name));
    }

    [Fact]
    public async Task A_savepoint_of_nobody_or_of_another_transaction_is_refused_by_name()
    {
        await using var desk = new Desk();
        await using var outer = desk.Dispatcher.Begin();
        outer.CreateSavepoint("of the outer one");
        await using var inner = desk.Dispatcher.Begin();

        foreach (var name in new[] { "of the outer one", "of nobody" })
        {
            inner.Invoking(t => t.RollbackToSavepoint(name)).Should().Throw<ArgumentException>().WithMessage($"*'{name}'*CreateSavepoint*").WithParameterName(nameof(name));
            inner.Invoking(t => t.ReleaseSavepoint(name)).Should().Throw<ArgumentException>().WithMessage($"*'{name}'*CreateSavepoint*").WithParameterName(nameof(name));
        }
    }

    [Fact]
    public async Task Savepoints_of_a_transaction_with_an_open_inner_one_are_refused()
    {
        await using var desk = new Desk();
        await using var outer = desk.Dispatcher.Begin();
        outer.CreateSavepoint("a");
        await using var inner = desk.Dispatcher.Begin();

        outer.Invoking(t => t.CreateSavepoint("b")).Should().Throw<InvalidOperationException>().WithMessage("Cannot create a savepoint*complete that first*");
        outer.Invoking(t => t.RollbackToSavepoint("a")).Should().Throw<InvalidOperationException>().WithMessage("Cannot roll back to a savepoint*");
        outer.Invoking(t => t.ReleaseSavepoint("a")).Should().Throw<InvalidOperationException>().WithMessage("Cannot release a savepoint*");
    }

    [Fact]
    public void Options_refuse_what_makes_no_sense()
    {
        var options = new EventTransactionOptions();

        options.NoTransaction.Should().Be(NoTransactionPolicy.PublishImmediately);
        options.MaxBeforeCommitRounds.Should().Be(16);
        options.Invoking(o => o.MaxBeforeCommitRounds = 0).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*1 or more*");
        options.Invoking(o => o.NoTransaction = (NoTransactionPolicy)7).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*defined*");
    }

    [Fact]
    public void An_undefined_phase_is_an_error_at_start_that_names_the_handler()
    {
        var create = () => new Desk(builder => builder.AddHandler<LostHandler>());

        create.Should().Throw<InvalidOperationException>().WithMessage("*LostHandler*TransactionPhase(9)*");
    }

    [TransactionPhase((TransactionPhase)9)]
    private sealed class LostHandler : IEventHandler<Noted>
    {
        public ValueTask HandleAsync(Noted domainEvent, CancellationToken cancellationToken) => default;
    }
}
