using DomainEvents.Transactions;

namespace DomainEvents.Tests.Transactions;

public class PublishTests
{
    [Fact]
    public async Task With_no_transaction_an_event_is_published_at_once()
    {
        await using var desk = new Desk();

        var result = await desk.NoteAsync("1");

        result.HandlerCount.Should().Be(3);
        desk.Published.Should().Equal("1");
    }

    [Fact]
    public async Task With_no_transaction_every_handler_runs_except_after_rollback_ones_and_before_commit_ones_first()
    {
        await using var desk = new Desk();

        await desk.NoteAsync("1");

        desk.Journal.All.Should().Equal("before 1", "after 1", "completed 1");
    }

    [Fact]
    public async Task With_no_transaction_the_events_of_an_aggregate_are_pulled_and_published_in_order()
    {
        await using var desk = new Desk();
        var notebook = new Notebook();
        notebook.Note("1");
        notebook.Note("2");

        var result = await desk.Dispatcher.PublishFromAsync(notebook);

        result.HandlerCount.Should().Be(6);
        desk.Published.Should().Equal("1", "2");
        notebook.DomainEvents.Should().BeEmpty();
    }

    [Fact]
    public async Task Under_the_throw_policy_an_event_without_a_transaction_is_refused_and_nothing_runs()
    {
        await using var desk = Desk.WithThrowPolicy();
        var notebook = new Notebook();
        notebook.Note("1");

        var refused = await desk.Invoking(d => d.NoteAsync("1").AsTask()).Should().ThrowAsync<InvalidOperationException>();
        await desk.Invoking(d => d.Dispatcher.PublishFromAsync(notebook).AsTask()).Should().ThrowAsync<InvalidOperationException>();
        desk.Invoking(d => d.Dispatcher.OnCommitted(d.Callback("1"))).Should().Throw<InvalidOperationException>();
        desk.Invoking(d => d.Dispatcher.OnRolledBack(d.Callback("1"))).Should().Throw<InvalidOperationException>();

        refused.WithMessage("*Begin*Enlist*TransactionScope*PublishImmediately*");
        desk.Journal.All.Should().BeEmpty();
        notebook.DomainEvents.Should().ContainSingle();
    }

    [Fact]
    public async Task Under_the_throw_policy_an_event_in_a_transaction_is_held_as_always()
    {
        await using var desk = Desk.WithThrowPolicy();
        await using var transaction = desk.Dispatcher.Begin();

        await desk.NoteAsync("1");
        await transaction.CommitAsync();

        desk.Published.Should().Equal("1");
    }

    [Fact]
    public async Task Held_events_return_the_default_result()
    {
        await using var desk = new Desk();
        await using var transaction = desk.Dispatcher.Begin();
        var notebook = new Notebook();
        notebook.Note("2");

        (await desk.NoteAsync("1")).Should().Be(default(PublishResult));
        (await desk.Dispatcher.PublishFromAsync(notebook)).Should().Be(default(PublishResult));
        desk.Journal.All.Should().BeEmpty();
    }

    [Fact]
    public async Task A_cancelled_token_publishes_and_holds_nothing()
    {
        await using var desk = new Desk();
        var cancelled = new CancellationToken(canceled: true);
        var notebook = new Notebook();
        notebook.Note("2");

        await desk.Awaiting(d => d.Dispatcher.PublishAsync(new Noted("1"), cancelled)).Should().ThrowAsync<OperationCanceledException>();
        await using (var transaction = desk.Dispatcher.Begin())
        {
            await desk.Awaiting(d => d.Dispatcher.PublishAsync(new Noted("1"), cancelled)).Should().ThrowAsync<OperationCanceledException>();
            await desk.Awaiting(d => d.Dispatcher.PublishFromAsync(notebook, cancelled)).Should().ThrowAsync<OperationCanceledException>();
            await transaction.CommitAsync();
        }

        desk.Journal.All.Should().BeEmpty();
        notebook.DomainEvents.Should().ContainSingle();
    }

    [Fact]
    public async Task A_dispatcher_of_a_disposed_scope_refuses_everything()
    {
        await using var desk = new Desk();
        await desk.CloseScopeAsync();
        var dispatcher = desk.Dispatcher;

        await desk.Awaiting(d => d.NoteAsync("1")).Should().ThrowAsync<ObjectDisposedException>();
        await dispatcher.Awaiting(d => d.PublishFromAsync(new Notebook())).Should().ThrowAsync<ObjectDisposedException>();
        dispatcher.Invoking(d => d.Begin()).Should().Throw<ObjectDisposedException>().WithMessage("*IEventDispatcher*");
        dispatcher.Invoking(d => d.OnCommitted(desk.Callback("1"))).Should().Throw<ObjectDisposedException>();
        dispatcher.Current.Should().BeNull();
        await desk.IdleAsync();
        ((IDisposable)dispatcher).Dispose();
    }

    [Fact]
    public async Task Publishing_after_the_container_is_disposed_says_so()
    {
        var desk = new Desk();
        await desk.CloseContainerAsync();

        await desk.Awaiting(d => d.NoteAsync("1")).Should().ThrowAsync<ObjectDisposedException>();
    }

    [Fact]
    public async Task A_commit_after_the_container_is_disposed_says_so_and_rolls_back()
    {
        var desk = new Desk();
        var transaction = desk.Dispatcher.Begin();
        transaction.Enqueue(new Noted("1"));
        await desk.CloseContainerAsync();

        await transaction.Awaiting(t => t.CommitAsync()).Should().ThrowAsync<ObjectDisposedException>();

        transaction.State.Should().Be(EventTransactionState.RolledBack);
        desk.Journal.All.Should().BeEmpty();
    }

    [Fact]
    public async Task A_container_disposed_after_the_commit_does_not_make_it_look_failed_but_is_reported()
    {
        var desk = new Desk();
        var transaction = desk.Dispatcher.Begin();
        transaction.OnCommitted(_ => desk.CloseContainerAsync());
        var noted = new Noted("1");
        transaction.Enqueue(noted);

        await transaction.CommitAsync();

        transaction.State.Should().Be(EventTransactionState.Committed);
        desk.Published.Should().BeEmpty();
        desk.Logs.WithId(2003).Should().ContainSingle(entry => entry.Exception is ObjectDisposedException)
            .Which.Message.Should().Contain(noted.EventId.ToString());
    }
}
