using DomainEvents.TestSupport;

namespace DomainEvents.Tests;

/// <summary>
/// A value task may be awaited once; two handlers that return the same pending one broke this rule, and the publish
/// waited forever for a callback that never came. Alone, as with a listener in the process the runtime itself throws.
/// </summary>
[Collection(Alone.Name)]
public sealed class SharedValueTaskTests
{
    [Theory]
    [InEitherContext]
    public async Task A_pending_value_task_that_cannot_be_awaited_fails_its_handler_and_hangs_nobody(bool context)
    {
        PoolContext.Use(context);
        var bus = new InMemoryEventBus();
        var shared = new ValueTaskOnce();
        var siblingRan = false;
        bus.Subscribe<OrderPlaced>((_, _) => shared.Task, new SubscribeOptions { Name = "owner" });
        bus.Subscribe<OrderPlaced>((_, _) => shared.Task, new SubscribeOptions { Name = "borrower" });
        bus.On<OrderPlaced>(_ => siblingRan = true);

        var publish = bus.PublishAsync(new OrderPlaced()).AsTask();
        publish.IsCompleted.Should().BeFalse();
        shared.Complete();

        var result = await publish.Soon();
        result.HandlerCount.Should().Be(3);
        var failure = result.Failures.Should().ContainSingle().Subject;
        failure.Handler.Name.Should().Be("borrower");
        failure.Exception.Should().BeOfType<InvalidOperationException>();
        siblingRan.Should().BeTrue();
    }
}
