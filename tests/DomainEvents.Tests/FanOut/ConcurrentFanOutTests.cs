using DomainEvents.TestSupport;

namespace DomainEvents.Tests;

public sealed class ConcurrentFanOutTests
{
    private readonly InMemoryEventBus _bus = new();
    private readonly List<string> _calls = [];

    [Fact]
    public async Task All_asynchronous_handlers_start_before_any_finishes_and_the_publish_completes_after_all()
    {
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (started, ended) = (0, 0);
        for (var i = 0; i < 3; i++)
        {
            _bus.OnAsync<OrderPlaced>(async (_, _) =>
            {
                Interlocked.Increment(ref started);
                await goOn.Task;
                Interlocked.Increment(ref ended);
            });
        }

        var publish = _bus.PublishAsync(new OrderPlaced());
        (started, ended, publish.IsCompleted).Should().Be((3, 0, false));
        goOn.SetResult();

        (await publish.Soon()).HandlerCount.Should().Be(3);
        ended.Should().Be(3);
    }

    [Fact]
    public async Task Synchronous_prefixes_run_on_the_thread_of_the_publisher_in_order()
    {
        var threads = new List<int>();
        foreach (var name in new[] { "a", "b", "c" })
        {
            _bus.OnAsync<OrderPlaced>(async (_, _) =>
            {
                threads.Add(Environment.CurrentManagedThreadId);
                _calls.Add(name);
                await Task.Yield();
            });
        }

        var here = Environment.CurrentManagedThreadId;
        var publish = _bus.PublishAsync(new OrderPlaced());

        _calls.Should().Equal("a", "b", "c");
        threads.Should().OnlyContain(thread => thread == here);
        await publish.Soon();
    }

    [Fact]
    public void When_all_handlers_complete_synchronously_so_does_the_publish()
    {
        _bus.On<OrderPlaced>(_ => { });
        _bus.On<OrderPlaced>(_ => throw new InvalidOperationException());
        _bus.On<OrderPlaced>(_ => { }, order: 1);

        _bus.PublishAsync(new OrderPlaced()).IsCompletedSuccessfully.Should().BeTrue();
    }

    [Fact]
    public async Task A_value_task_over_a_pooled_source_is_handed_back_exactly_once()
    {
        var atOnce = new ValueTaskOnce();
        var later = new ValueTaskOnce();
        atOnce.Complete();
        _bus.Subscribe<OrderPlaced>((_, _) => atOnce.Task);
        _bus.Subscribe<OrderPlaced>((_, _) => later.Task);

        var publish = _bus.PublishAsync(new OrderPlaced());
        later.Complete();

        (await publish.Soon()).Succeeded.Should().BeTrue();
        (atOnce.Awaited, later.Awaited).Should().Be((1, 1));
    }

    [Fact]
    public async Task A_broken_value_task_source_fails_its_handler_only()
    {
        _bus.Subscribe<OrderPlaced>((_, _) => ValueTaskOnce.Stale());
        _bus.On<OrderPlaced>(_ => _calls.Add("sibling"));

        var result = await _bus.PublishAsync(new OrderPlaced()).Soon();

        result.Failures.Should().ContainSingle().Which.Exception.Should().BeOfType<InvalidOperationException>();
        _calls.Should().Equal("sibling");
    }

    [Fact]
    public async Task Handlers_beyond_the_first_asynchronous_failure_are_all_started()
    {
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        for (var i = 0; i < 300; i++)
        {
            var index = i;
            _bus.OnAsync<OrderPlaced>(
                async (_, _) =>
                {
                    await goOn.Task;
                    if (index % 3 == 0)
                    {
                        throw new InvalidOperationException($"{index}");
                    }
                },
                $"{i}");
        }

        var publish = _bus.PublishAsync(new OrderPlaced());
        goOn.SetResult();

        var result = await publish.Soon();
        result.HandlerCount.Should().Be(300);
        result.Failures.Select(failure => failure.Handler.Name).Should().Equal(
            Enumerable.Range(0, 100).Select(i => $"{3 * i}"));
    }
}
