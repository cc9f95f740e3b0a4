using DomainEvents.TestSupport;

namespace DomainEvents.Tests;

/// <summary>What a bus does once its container is gone.</summary>
public sealed class ClosedBusTests
{
    private readonly InMemoryEventBus _bus = new();

    [Fact]
    public void Publishing_asking_and_subscribing_throw()
    {
        var subscription = _bus.On<OrderPlaced>(_ => { });
        _bus.IsClosed.Should().BeFalse();

        _bus.Close();
        _bus.Close();

        _bus.IsClosed.Should().BeTrue();
        FluentActions.Invoking(() => { _ = _bus.PublishAsync(new OrderPlaced()); }).Should().Throw<ObjectDisposedException>()
            .Which.ObjectName.Should().Contain(nameof(InMemoryEventBus));
        _bus.Invoking(bus => bus.HandlersFor(typeof(OrderPlaced))).Should().Throw<ObjectDisposedException>();
        _bus.Invoking(bus => bus.On<OrderPlaced>(_ => { })).Should().Throw<ObjectDisposedException>();
        subscription.Invoking(it => it.Dispose()).Should().NotThrow("ending a subscription late harms nobody");
    }

    [Fact]
    public async Task Publishing_several_throws_when_awaited()
    {
        _bus.Close();

        await _bus.Awaiting(bus => bus.PublishAllAsync([new OrderPlaced()]).AsTask()).Should().ThrowAsync<ObjectDisposedException>();
    }

    [Fact]
    public async Task A_publish_under_way_goes_on_to_its_end()
    {
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ran = false;
        _bus.OnAsync<OrderPlaced>((_, _) => goOn.Task, order: 1);
        _bus.On<OrderPlaced>(_ => ran = true, order: 2);

        var publish = _bus.PublishAsync(new OrderPlaced());
        _bus.Close();
        goOn.SetResult();

        (await publish.Soon()).HandlerCount.Should().Be(2);
        ran.Should().BeTrue();
    }
}
