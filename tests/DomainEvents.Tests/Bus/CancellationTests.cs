using DomainEvents.TestSupport;

namespace DomainEvents.Tests;

public sealed class CancellationTests
{
    [Theory]
    [ClassData(typeof(EveryFanOut))]
    public async Task An_already_cancelled_token_starts_no_handler(FanOut fanOut, int? maxConcurrency)
    {
        var bus = EveryFanOut.Bus(fanOut, maxConcurrency);
        var started = 0;
        bus.On<OrderPlaced>(_ => Interlocked.Increment(ref started));
        var cancelled = new CancellationToken(canceled: true);

        var publish = bus.PublishAsync(new OrderPlaced(), cancelled);

        publish.IsCanceled.Should().BeTrue("it is a cancelled task, not a thrown exception");
        (await bus.Awaiting(_ => publish.AsTask()).Should().ThrowAsync<OperationCanceledException>())
            .Which.CancellationToken.Should().Be(cancelled);
        started.Should().Be(0);
    }

    [Fact]
    public async Task An_already_cancelled_token_cancels_also_what_nobody_handles() =>
        await new InMemoryEventBus()
            .Awaiting(bus => bus.PublishAsync(new OrderPlaced(), new CancellationToken(canceled: true)).AsTask())
            .Should().ThrowAsync<OperationCanceledException>();

    [Theory]
    [InlineData(FanOut.Concurrent)]
    [InlineData(FanOut.Parallel)]
    public async Task Cancelling_midway_reaches_handlers_and_hides_no_other_failure(FanOut fanOut)
    {
        using var publisher = new CancellationTokenSource();
        using var running = new CountdownEvent(2);
        var bus = new InMemoryEventBus(new EventBusOptions { FanOut = fanOut });
        var deaf = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bus.OnAsync<OrderPlaced>((_, _) => Task.FromException(new InvalidOperationException("own")), "fails");
        bus.OnAsync<OrderPlaced>(
            (_, token) =>
            {
                running.Signal();
                return Task.Delay(Timeout.Infinite, token);
            },
            "heeds");
        bus.OnAsync<OrderPlaced>(
            (_, _) =>
            {
                running.Signal();
                return deaf.Task;
            },
            "ignores");

        var publish = bus.PublishAsync(new OrderPlaced(), publisher.Token).AsTask();
        running.Wait(Signals.Timeout).Should().BeTrue();
        await publisher.CancelAsync();
        publish.IsCompleted.Should().BeFalse("a handler that ignores its token is waited for");
        deaf.SetResult();

        var result = await publish.Soon();
        result.HandlerCount.Should().Be(3);
        result.Failures.Select(failure => failure.Handler.Name).Should().Equal("fails", "heeds");
        result.Failures[0].Exception.Should().BeOfType<InvalidOperationException>();
        result.Failures[1].Exception.Should().BeAssignableTo<OperationCanceledException>();
    }

    [Fact]
    public async Task A_handler_that_succeeds_in_spite_of_the_cancelled_token_has_succeeded()
    {
        using var publisher = new CancellationTokenSource();
        var bus = new InMemoryEventBus();
        bus.On<OrderPlaced>(_ => publisher.Cancel(), order: 1);
        bus.On<OrderPlaced>(_ => { }, order: 2);

        var result = await bus.PublishAsync(new OrderPlaced(), publisher.Token);

        (result.HandlerCount, result.Succeeded).Should().Be((2, true));
    }
}
