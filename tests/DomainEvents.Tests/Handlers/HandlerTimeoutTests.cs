using DomainEvents.TestSupport;

namespace DomainEvents.Tests;

public sealed class HandlerTimeoutTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly FakeTimeProvider _time = new();
    private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Theory]
    [ClassData(typeof(EveryFanOut))]
    public async Task A_handler_that_heeds_its_token_fails_with_a_timeout(FanOut fanOut, int? maxConcurrency)
    {
        var bus = Bus(fanOut, maxConcurrency);
        bus.OnAsync<OrderPlaced>((_, token) => Task.Delay(Timeout.Infinite, token), "slow");

        var publish = bus.PublishAsync(new OrderPlaced()).AsTask();
        await _time.WaitForTimersAsync();
        _time.Advance(Limit);

        var failure = (await publish.Soon()).Failures.Should().ContainSingle().Subject;
        failure.Exception.Should().BeOfType<TimeoutException>().Which.Message
            .Should().Be("slow took longer than EventBusOptions.HandlerTimeout (00:00:10) allows.");
        failure.Exception.InnerException.Should().BeAssignableTo<OperationCanceledException>();
        failure.Handler.Name.Should().Be("slow");
        _time.ActiveTimers.Should().Be(0);
    }

    [Fact]
    public async Task A_handler_that_succeeds_late_has_failed_all_the_same()
    {
        var bus = Bus();
        bus.OnAsync<OrderPlaced>((_, _) => _goOn.Task);

        var publish = bus.PublishAsync(new OrderPlaced()).AsTask();
        _time.Advance(Limit);
        publish.IsCompleted.Should().BeFalse("the publish waits for the handler's end");
        _goOn.SetResult();

        var failure = (await publish.Soon()).Failures.Should().ContainSingle().Subject;
        failure.Exception.Should().BeOfType<TimeoutException>().Which.InnerException.Should().BeNull();
    }

    [Fact]
    public async Task What_a_handler_throws_after_its_time_is_kept_as_the_cause()
    {
        var bus = Bus();
        bus.OnAsync<OrderPlaced>((_, _) => _goOn.Task);

        var publish = bus.PublishAsync(new OrderPlaced()).AsTask();
        _time.Advance(Limit);
        _goOn.SetException(new InvalidOperationException("too late anyway"));

        (await publish.Soon()).Failures.Single().Exception.Should().BeOfType<TimeoutException>()
            .Which.InnerException!.Message.Should().Be("too late anyway");
    }

    [Fact]
    public async Task A_handler_that_ends_in_time_succeeds_and_leaves_no_timer()
    {
        var bus = Bus();
        bus.OnAsync<OrderPlaced>((_, _) => _goOn.Task);

        var publish = bus.PublishAsync(new OrderPlaced()).AsTask();
        _time.Advance(Limit - TimeSpan.FromTicks(TimeSpan.TicksPerMillisecond));
        _goOn.SetResult();

        (await publish.Soon()).Succeeded.Should().BeTrue();
        _time.ActiveTimers.Should().Be(0);
    }

    [Fact]
    public async Task A_failure_in_time_is_itself_and_no_timeout()
    {
        var bus = Bus();
        bus.On<OrderPlaced>(_ => throw new InvalidOperationException("at once"));

        (await bus.PublishAsync(new OrderPlaced())).Failures.Single().Exception
            .Should().BeOfType<InvalidOperationException>();
        _time.ActiveTimers.Should().Be(0);
    }

    [Fact]
    public async Task Each_handler_has_its_own_time()
    {
        var bus = Bus(FanOut.Sequential);
        var secondStarted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var secondGoOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bus.OnAsync<OrderPlaced>((_, _) => _goOn.Task, "first");
        bus.OnAsync<OrderPlaced>(
            (_, _) =>
            {
                secondStarted.SetResult();
                return secondGoOn.Task;
            },
            "second");

        var publish = bus.PublishAsync(new OrderPlaced()).AsTask();
        _time.Advance(Limit * 0.6);
        _goOn.SetResult();
        await secondStarted.Task.Soon();
        _time.Advance(Limit * 0.6);
        secondGoOn.SetResult();

        (await publish.Soon()).Succeeded.Should().BeTrue("neither took longer than its limit, though both together did");
    }

    [Fact]
    public async Task A_slow_handler_takes_no_time_from_its_siblings()
    {
        var bus = Bus();
        bus.OnAsync<OrderPlaced>((_, token) => Task.Delay(Timeout.Infinite, token), "slow");
        bus.On<OrderPlaced>(_ => { }, "quick");

        var publish = bus.PublishAsync(new OrderPlaced()).AsTask();
        _time.Advance(Limit);

        var result = await publish.Soon();
        result.HandlerCount.Should().Be(2);
        result.Failures.Select(failure => failure.Handler.Name).Should().Equal("slow");
    }

    [Fact]
    public async Task A_publisher_that_gives_up_is_no_timeout()
    {
        using var publisher = new CancellationTokenSource();
        var bus = Bus();
        bus.OnAsync<OrderPlaced>((_, token) => Task.Delay(Timeout.Infinite, token));

        var publish = bus.PublishAsync(new OrderPlaced(), publisher.Token).AsTask();
        await publisher.CancelAsync();

        (await publish.Soon()).Failures.Single().Exception.Should().BeAssignableTo<OperationCanceledException>();
        _time.ActiveTimers.Should().Be(0);
    }

    [Fact]
    public async Task The_time_includes_that_of_middleware()
    {
        var options = new EventBusOptions { HandlerTimeout = Limit, TimeProvider = _time };
        options.Middleware.Add(new SlowMiddleware(_goOn.Task));
        var bus = new InMemoryEventBus(options);
        bus.On<OrderPlaced>(_ => { });

        var publish = bus.PublishAsync(new OrderPlaced()).AsTask();
        _time.Advance(Limit);
        _goOn.SetResult();

        (await publish.Soon()).Failures.Single().Exception.Should().BeOfType<TimeoutException>();
    }

    private InMemoryEventBus Bus(FanOut fanOut = FanOut.Concurrent, int? maxConcurrency = null) => new(new EventBusOptions
    {
        FanOut = fanOut,
        MaxConcurrency = maxConcurrency,
        HandlerTimeout = Limit,
        TimeProvider = _time,
    });

    private sealed class SlowMiddleware(Task goOn) : IEventMiddleware
    {
        public async ValueTask InvokeAsync(EventHandlerContext context, EventHandlerDelegate next, CancellationToken cancellationToken)
        {
            await goOn;
            await next(context, cancellationToken);
        }
    }
}
