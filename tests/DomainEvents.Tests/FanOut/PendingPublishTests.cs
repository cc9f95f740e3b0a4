using DomainEvents.TestSupport;

namespace DomainEvents.Tests;

/// <summary>The value task of a publish that is still waiting for handlers comes from a pool.</summary>
public sealed class PendingPublishTests
{
    private readonly InMemoryEventBus _bus = new();

    [Fact]
    public async Task Awaiting_it_twice_is_told_and_reads_no_other_result()
    {
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _bus.OnAsync<OrderPlaced>((_, _) => goOn.Task);
        var publish = _bus.PublishAsync(new OrderPlaced());
        goOn.SetResult();

        await publish;

        FluentActions.Invoking(() => Blocking.Wait(publish)).Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void Asking_for_its_result_too_early_waits()
    {
        _bus.OnAsync<OrderPlaced>(async (_, _) =>
        {
            await Task.Yield();
            await Task.Yield();
        });

        for (var i = 0; i < 1_000; i++)
        {
            var publish = _bus.PublishAsync(new OrderPlaced());
            (i % 2 == 0 ? Blocking.Wait(publish) : Blocking.Result(publish)).HandlerCount.Should().Be(1);
        }
    }

    [Fact]
    public async Task A_result_that_nobody_waited_for_does_not_reach_the_next_publish()
    {
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _bus.OnAsync<OrderPlaced>(async (_, _) =>
        {
            await goOn.Task;
            throw new InvalidOperationException();
        });
        _bus.OnAsync<OrderCancelled>(async (_, _) => await Task.Yield());

        _ = _bus.PublishAsync(new OrderPlaced()).AsTask();
        var next = _bus.PublishAsync(new OrderCancelled());
        goOn.SetResult();

        (await next.Soon()).Succeeded.Should().BeTrue();
    }

    [Fact]
    public async Task Publishes_in_flight_at_once_keep_their_results_apart()
    {
        _bus.OnAsync<OrderPlaced>(async (it, _) =>
        {
            await Task.Yield();
            if (it.OrderId.EndsWith('7'))
            {
                throw new InvalidOperationException(it.OrderId);
            }
        });
        _bus.OnAsync<OrderPlaced>(async (_, _) => await Task.Yield());

        for (var round = 0; round < 20; round++)
        {
            var publishes = Enumerable.Range(0, 200).Select(i => _bus.PublishAsync(new OrderPlaced($"{i}")).AsTask()).ToArray();
            var results = await Task.WhenAll(publishes).Soon();

            for (var i = 0; i < results.Length; i++)
            {
                results[i].HandlerCount.Should().Be(2);
                results[i].Failures.Select(failure => failure.Exception.Message).Should().Equal(
                    $"{i}".EndsWith('7') ? new[] { $"{i}" } : []);
            }
        }
    }
}
