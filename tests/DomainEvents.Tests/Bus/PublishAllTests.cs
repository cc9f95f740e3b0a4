using DomainEvents.TestSupport;

namespace DomainEvents.Tests;

public sealed class PublishAllTests
{
    private readonly InMemoryEventBus _bus = new();
    private readonly List<string> _calls = [];

    [Fact]
    public async Task The_handlers_of_an_event_have_ended_before_the_next_event_is_published()
    {
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _bus.OnAsync<OrderPlaced>(async (domainEvent, _) =>
        {
            _calls.Add($"{domainEvent.OrderId} in");
            if (domainEvent.OrderId == "1")
            {
                await first.Task;
            }

            _calls.Add($"{domainEvent.OrderId} out");
        });

        var publish = _bus.PublishAllAsync([new OrderPlaced("1"), new OrderPlaced("2")]);
        _calls.Should().Equal("1 in");
        first.SetResult();
        await publish.Soon();

        _calls.Should().Equal("1 in", "1 out", "2 in", "2 out");
    }

    [Fact]
    public async Task The_results_are_merged_in_order()
    {
        _bus.On<OrderPlaced>(it => Fail(it.OrderId), "a");
        _bus.On<OrderEvent>(it => Fail(it.OrderId), "b");
        _bus.On<OrderCancelled>(_ => { }, "c");
        OrderEvent[] events = [new OrderPlaced("bad"), new OrderCancelled("good"), new OrderCancelled("bad"), new OrderPlaced("good")];

        var result = await _bus.PublishAllAsync(events);

        result.HandlerCount.Should().Be(8);
        result.Failures.Select(failure => (failure.Event, failure.Handler.Name)).Should().Equal(
            (events[0], "a"), (events[0], "b"), (events[2], "b"));

        static void Fail(string orderId)
        {
            if (orderId == "bad")
            {
                throw new InvalidOperationException();
            }
        }
    }

    [Fact]
    public async Task No_events_are_no_handlers_and_a_success() =>
        (await _bus.PublishAllAsync([])).Should().Be(default(PublishResult));

    [Fact]
    public async Task Events_without_handlers_leave_the_results_of_the_others()
    {
        _bus.On<OrderPlaced>(_ => throw new InvalidOperationException());

        var result = await _bus.PublishAllAsync([new NobodyCares(), new OrderPlaced(), new NobodyCares()]);

        (result.HandlerCount, result.Failures.Count).Should().Be((1, 1));
    }

    [Fact]
    public void A_null_among_the_events_is_refused_before_any_is_published()
    {
        _bus.On<OrderPlaced>(_ => _calls.Add("ran"));

        FluentActions.Invoking(() => { _ = _bus.PublishAllAsync([new OrderPlaced(), null!]); })
            .Should().Throw<ArgumentNullException>().WithMessage("*none was published*").WithParameterName("domainEvents");
        _calls.Should().BeEmpty();
    }

    [Fact]
    public async Task The_events_are_read_once_before_the_first_is_published()
    {
        _bus.On<OrderPlaced>(it => _calls.Add($"handled {it.OrderId}"));

        await _bus.PublishAllAsync(Events());

        _calls.Should().Equal("made 1", "made 2", "handled 1", "handled 2");

        IEnumerable<IDomainEvent> Events()
        {
            foreach (var id in new[] { "1", "2" })
            {
                _calls.Add($"made {id}");
                yield return new OrderPlaced(id);
            }
        }
    }

    [Fact]
    public async Task An_already_cancelled_token_starts_no_handler()
    {
        _bus.On<OrderPlaced>(_ => _calls.Add("ran"));

        await _bus.Awaiting(bus => bus.PublishAllAsync([new OrderPlaced()], new CancellationToken(canceled: true)).AsTask())
            .Should().ThrowAsync<OperationCanceledException>();

        _calls.Should().BeEmpty();
    }

    [Fact]
    public async Task Cancelling_between_two_events_loses_no_result()
    {
        using var publisher = new CancellationTokenSource();
        _bus.OnAsync<OrderPlaced>((it, token) =>
        {
            token.ThrowIfCancellationRequested();
            publisher.Cancel();
            return Task.FromException(new InvalidOperationException(it.OrderId));
        });

        var result = await _bus.PublishAllAsync([new OrderPlaced("1"), new OrderPlaced("2")], publisher.Token);

        result.HandlerCount.Should().Be(2);
        result.Failures[0].Exception.Should().BeOfType<InvalidOperationException>();
        result.Failures[1].Exception.Should().BeOfType<OperationCanceledException>();
    }

    [Fact]
    public async Task A_handler_subscribed_by_the_first_event_sees_the_second()
    {
        _bus.On<OrderPlaced>(_ => _bus.On<OrderCancelled>(_ => _calls.Add("cancelled")));

        await _bus.PublishAllAsync([new OrderPlaced(), new OrderCancelled()]);

        _calls.Should().Equal("cancelled");
    }
}
