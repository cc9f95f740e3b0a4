using DomainEvents.TestSupport.Databases;
using DomainEvents.Transactions;

namespace DomainEvents.Tests.Transactions;

public class AggregateTests
{
    [Theory, BothWays]
    public async Task Events_stay_on_the_aggregate_while_the_transaction_is_open_and_are_removed_by_the_commit(How how)
    {
        await using var desk = new Desk();
        var notebook = new Notebook();
        notebook.Note("1");
        await using var transaction = desk.Dispatcher.Begin();

        await desk.Dispatcher.PublishFromAsync(notebook);
        notebook.DomainEvents.Should().ContainSingle();
        await how.CommitAsync(transaction);
        notebook.DomainEvents.Should().BeEmpty();
        await desk.IdleAsync();

        desk.Published.Should().Equal("1");
    }

    [Theory, BothWays]
    public async Task A_retry_of_the_unit_of_work_after_a_rollback_sees_events_once(How how)
    {
        await using var desk = new Desk();
        var notebook = new Notebook();
        notebook.Note("1");
        await using (var first = desk.Dispatcher.Begin())
        {
            await desk.Dispatcher.PublishFromAsync(notebook);
            await how.RollbackAsync(first);
        }

        notebook.DomainEvents.Should().ContainSingle();
        await using (var second = desk.Dispatcher.Begin())
        {
            second.Enqueue(notebook);
            await how.CommitAsync(second);
        }

        await desk.IdleAsync();
        notebook.DomainEvents.Should().BeEmpty();
        desk.Published.Should().Equal("1");
    }

    [Fact]
    public async Task Events_raised_later_are_read_at_the_commit()
    {
        await using var desk = new Desk();
        var notebook = new Notebook();
        await using var transaction = desk.Dispatcher.Begin();
        await desk.Dispatcher.PublishFromAsync(notebook);
        notebook.Note("1");
        notebook.Note("2");

        await transaction.CommitAsync();

        desk.Published.Should().Equal("1", "2");
        notebook.DomainEvents.Should().BeEmpty();
    }

    [Fact]
    public async Task Events_raised_by_before_commit_handlers_are_read_at_each_round()
    {
        await using var desk = new Desk();
        var notebook = new Notebook();
        desk.BeforeCommit = (noted, _, _) =>
        {
            if (noted.Text.Length < 3)
            {
                notebook.Note(noted.Text + "!");
            }

            return default;
        };
        await using var transaction = desk.Dispatcher.Begin();
        transaction.Enqueue(notebook);
        notebook.Note("a");

        await transaction.CommitAsync();

        desk.Checked.Should().Equal("a", "a!", "a!!");
        desk.Published.Should().Equal("a", "a!", "a!!");
        notebook.DomainEvents.Should().BeEmpty();
    }

    [Fact]
    public async Task The_same_aggregate_twice_publishes_its_events_once()
    {
        await using var desk = new Desk();
        var notebook = new Notebook();
        notebook.Note("1");
        await using var transaction = desk.Dispatcher.Begin();
        transaction.Enqueue(notebook);
        notebook.Note("2");
        await desk.Dispatcher.PublishFromAsync(notebook);
        transaction.Enqueue(notebook.DomainEvents[0]);

        await transaction.CommitAsync();

        desk.Published.Should().Equal("1", "2");
    }

    [Fact]
    public async Task An_event_published_before_its_aggregate_is_removed_from_it_all_the_same()
    {
        await using var desk = new Desk();
        var notebook = new Notebook();
        var noted = notebook.Note("1");
        await using var transaction = desk.Dispatcher.Begin();
        transaction.Enqueue(noted);
        transaction.Enqueue(notebook);

        await transaction.CommitAsync();

        desk.Published.Should().Equal("1");
        notebook.DomainEvents.Should().BeEmpty();
    }

    [Fact]
    public async Task An_event_raised_after_the_last_read_stays_and_is_reported()
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await using var connection = await database.OpenAsync();
        var notebook = new Notebook();
        notebook.Note("1");
        await using var real = new InterceptedTransaction(await connection.BeginTransactionAsync())
        {
            OnCommit = () => notebook.Note("too late"),
        };
        await using var transaction = desk.Dispatcher.Enlist(real);
        transaction.Enqueue(notebook);

        await transaction.CommitAsync();

        desk.Published.Should().Equal("1");
        notebook.DomainEvents.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Text = "too late" });
        desk.Logs.WithId(2007).Should().ContainSingle().Which.Message.Should().Contain(nameof(Notebook));
    }

    [Fact]
    public async Task After_the_last_moment_the_transaction_takes_no_more_events()
    {
        await using var desk = new Desk();
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await using var connection = await database.OpenAsync();
        Exception? event1 = null, aggregate = null, callback = null;
        await using var real = new InterceptedTransaction(await connection.BeginTransactionAsync());
        await using var transaction = desk.Dispatcher.Enlist(real);
        real.OnCommit = () =>
        {
            event1 = Record.Exception(() => transaction.Enqueue(new Noted("too late")));
            aggregate = Record.Exception(() => transaction.Enqueue(new Notebook()));
            callback = Record.Exception(() => transaction.OnCommitted(desk.Callback("too late")));
        };

        await transaction.CommitAsync();

        new[] { event1, aggregate, callback }.Should().AllBeOfType<InvalidOperationException>()
            .And.OnlyContain(refusal => refusal!.Message.Contains("Publish earlier", StringComparison.Ordinal));
        desk.Journal.All.Should().BeEmpty();
    }

    [Fact]
    public async Task Events_of_a_rolled_back_savepoint_stay_on_the_aggregate_and_are_not_published()
    {
        await using var desk = new Desk();
        var notebook = new Notebook();
        notebook.Note("1");
        await using var transaction = desk.Dispatcher.Begin();
        transaction.Enqueue(notebook);
        transaction.CreateSavepoint("a");
        notebook.Note("2");

        transaction.RollbackToSavepoint("a");
        await transaction.CommitAsync();

        desk.Published.Should().Equal("1");
        notebook.DomainEvents.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Text = "2" });
        desk.Logs.WithId(2007).Should().BeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Asking_again_for_events_that_were_taken_back_brings_them_back(bool asksForTheAggregate)
    {
        await using var desk = new Desk();
        var notebook = new Notebook();
        await using var transaction = desk.Dispatcher.Begin();
        transaction.Enqueue(notebook);
        transaction.CreateSavepoint("a");
        var noted = notebook.Note("1");
        transaction.RollbackToSavepoint("a");

        if (asksForTheAggregate)
        {
            transaction.Enqueue(notebook);
        }
        else
        {
            transaction.Enqueue(noted);
        }

        await transaction.CommitAsync();

        desk.Published.Should().Equal("1");
        notebook.DomainEvents.Should().BeEmpty();
    }

    [Fact]
    public async Task What_was_raised_before_an_inner_transaction_belongs_to_the_outer_one()
    {
        await using var desk = new Desk();
        var notebook = new Notebook();
        await using var outer = desk.Dispatcher.Begin();
        outer.Enqueue(notebook);
        notebook.Note("of the outer one");
        await using (var inner = desk.Dispatcher.Begin())
        {
            notebook.Note("of the inner one");
            inner.Enqueue(notebook);
            await inner.RollbackAsync();
        }

        await outer.CommitAsync();

        desk.Published.Should().Equal("of the outer one");
        desk.RolledBack.Should().Equal("of the inner one");
    }

    [Fact]
    public async Task An_inner_commit_hands_its_aggregates_to_the_outer_one()
    {
        await using var desk = new Desk();
        var notebook = new Notebook();
        await using var outer = desk.Dispatcher.Begin();
        await using (var inner = desk.Dispatcher.Begin())
        {
            inner.Enqueue(notebook);
            await inner.CommitAsync();
        }

        notebook.Note("later");
        await outer.CommitAsync();

        desk.Published.Should().Equal("later");
        notebook.DomainEvents.Should().BeEmpty();
    }

    [Fact]
    public async Task A_copy_with_the_same_id_on_the_aggregate_is_refused()
    {
        await using var desk = new Desk();
        var notebook = new Notebook();
        notebook.Note(notebook.Note("1") with { Text = "2" });
        await using var transaction = desk.Dispatcher.Begin();

        await desk.Awaiting(d => d.Dispatcher.PublishFromAsync(notebook)).Should().ThrowAsync<ArgumentException>().WithMessage("*'with' copy*");
    }

    [Fact]
    public async Task A_source_with_the_default_removal_keeps_what_was_not_published()
    {
        await using var desk = new Desk();
        var source = new PlainSource();
        await using var transaction = desk.Dispatcher.Begin();
        transaction.Enqueue(source);
        transaction.CreateSavepoint("a");
        source.Pending.Add(new Noted("1"));
        transaction.RollbackToSavepoint("a");

        await transaction.CommitAsync();

        source.Pending.Should().ContainSingle();
    }

    [Fact]
    public async Task A_source_with_the_default_removal_is_cleared_by_a_commit()
    {
        await using var desk = new Desk();
        var source = new PlainSource();
        source.Pending.Add(new Noted("1"));
        await using var transaction = desk.Dispatcher.Begin();
        transaction.Enqueue(source);

        await transaction.CommitAsync();

        desk.Published.Should().Equal("1");
        source.Pending.Should().BeEmpty();
    }

    [Fact]
    public async Task A_source_that_cannot_remove_does_not_make_the_commit_look_failed()
    {
        await using var desk = new Desk();
        var source = new PlainSource { Removes = false };
        source.Pending.Add(new Noted("1"));
        await using var transaction = desk.Dispatcher.Begin();
        transaction.Enqueue(source);

        await transaction.CommitAsync();

        transaction.State.Should().Be(EventTransactionState.Committed);
        desk.Published.Should().Equal("1");
        desk.Logs.WithId(2008).Should().ContainSingle().Which.Message.Should().Contain(nameof(PlainSource));
    }

    [Fact]
    public async Task A_source_that_lists_null_is_refused_by_name()
    {
        await using var desk = new Desk();
        var source = new PlainSource();
        source.Pending.Add(null!);
        await using var transaction = desk.Dispatcher.Begin();

        transaction.Invoking(t => t.Enqueue(source)).Should().Throw<InvalidOperationException>().WithMessage($"*{nameof(PlainSource)}*null*");
    }

    private sealed class PlainSource : IHasDomainEvents
    {
        public List<IDomainEvent> Pending { get; } = [];

        public bool Removes { get; init; } = true;

        public IReadOnlyList<IDomainEvent> DomainEvents => Pending;

        public IReadOnlyList<IDomainEvent> PullDomainEvents()
        {
            if (!Removes)
            {
                throw new NotSupportedException();
            }

            var pulled = Pending.ToArray();
            Pending.Clear();
            return pulled;
        }
    }
}
